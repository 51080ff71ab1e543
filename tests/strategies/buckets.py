"""Usage buckets whose means sit on the edges of a policy's caps, lengths and price steps."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from tests.strategies.policies import PASS_RATES
from tests.strategies.prices import LATE, PRICED, UNKNOWN

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
FIRST_US = int(datetime(2026, 3, 9, tzinfo=UTC).timestamp()) * SECOND_US

MODELS = (*PRICED, *PRICED[:2], LATE, UNKNOWN)
FEATURES = ("chat", "chat", "chat_eu", "sum", None)
HOURS = (1, 24, 24, 48, 30 * 24)
REQUESTS = (1, 2, 3, 4, 7, 100, 12_345, None, None, 0)
LARGEST = 10**15
ODD = (0, 1, 3, 30, 99, 1025, 7_654_321, 10**12 + 7, LARGEST)
HIT_RATES = (0.0, 0.3, 0.5, 0.333333, 0.9, 1.0)


def rules_for_totals(draw, policy):
    """Change most rules of a policy in place to what can act on totals."""
    for rule in policy.get("routing", []):
        if draw(st.integers(0, 3)):
            rule["score"] = "pass_rate"
            rates = st.sampled_from((*PASS_RATES, 0.123456))
            # New dicts: twin rules share theirs.
            tiers = [without(tier, "accept") for tier in rule["tiers"]]
            rule["tiers"] = [tier | {"pass_rate": draw(rates)} for tier in tiers[:-1]] + tiers[-1:]
    for rule in policy.get("caching", []):
        if draw(st.integers(0, 3)):
            rule["assumed_hit_rate"] = draw(st.sampled_from(HIT_RATES))


def without(table, name):
    """Return a table less one of its keys."""
    return {key: value for key, value in table.items() if key != name}


def means(policy, prices):
    """Return the mean inputs and outputs a request at which something changes."""
    chars = [rule.get("min_chars", 500) for rule in policy.get("compression", [])]
    steps = [table["above_tokens"] for table in prices if "above_tokens" in table]
    tiers = [tier for rule in policy.get("routing", []) for tier in rule["tiers"]]
    caps = [tier["max_output_tokens"] for tier in tiers if "max_output_tokens" in tier]
    return [count // 4 for count in chars] + steps + [100], [*caps, 10]


@st.composite
def totals(draw, a_request, count):
    """Draw a total at a mean a request, beside it, or anything."""
    if draw(st.integers(0, 2)) == 2:
        return draw(st.sampled_from(ODD))
    off = draw(st.sampled_from((0, 0, -1, 1)))
    return max(0, draw(st.sampled_from(a_request)) * (count or 5) + off)


@st.composite
def bucket(draw, inputs, outputs):
    """Draw one row of a usage export. Nulls are left out."""
    count = draw(st.sampled_from(REQUESTS))
    hours = draw(st.sampled_from(HOURS))
    start = FIRST_US + draw(st.integers(0, 120)) * HOUR_US
    row = {
        "provider": "openai",
        "model": draw(st.sampled_from(MODELS)),
        "feature": draw(st.sampled_from(FEATURES)),
        "requests": count,
        "service_tier": draw(st.sampled_from((None, None, "batch"))),
        "start_us": start,
        "end_us": start + hours * HOUR_US,
        "input_tokens": draw(totals(inputs, count)),
        "output_tokens": draw(totals(outputs, count)),
    }
    left = row["input_tokens"]
    for name in ("cached_input_tokens", "cache_write_tokens"):
        row[name] = draw(st.sampled_from((0, 0, left // 3, left)))
        left -= row[name]
    return {name: value for name, value in row.items() if value is not None}


@st.composite
def buckets_for(draw, policy, prices):
    """Draw a few buckets at the edges of a policy and a price table."""
    inputs, outputs = means(policy, prices)
    return draw(st.lists(bucket(inputs, outputs), min_size=1, max_size=8))
