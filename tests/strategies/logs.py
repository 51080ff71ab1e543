"""Logs whose requests echo earlier ones at the edges of a policy's times and thresholds."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from tests.strategies.prices import LATE, PRICED, PROVIDERS, UNKNOWN

SECOND_US = 1_000_000
# Two seconds to midnight: the next price, the next day and most windows' edges are near.
START_US = int(datetime(2026, 3, 9, 23, 59, 58, tzinfo=UTC).timestamp()) * SECOND_US

MODELS = (*PRICED, "moose-big", "moose-big", LATE, LATE, UNKNOWN)
FEATURES = ("chat", "chat", "chat_eu", "sum", "code", None)
STATUSES = (*(None, "ok", "200", "ok", "ok") * 3, "204", "error", "429", "500")
LATENCIES_US = (None, 0, 1, *(250_000, 999_999, SECOND_US, 2 * SECOND_US, 20 * SECOND_US) * 2)
KEYS = ("a", "a", "a", "b", None, None)
TOKENS = (0, 1, 3, 4, 30, 100, 101, 1023, 1024, 1025, 2000)
CHARS = (0, 99, 100, 101, 499, 500, 501, 9000, None)
SIZES = (1, 2, 4, 6, 9, 12, 16, 20, 25, 25, 0)
REDRAWN = ("", "", "", "", "model", "user", "feature", "prompt_key", "status", "latency", "tokens")


def ttls_us(policy):
    """Return the lifetimes of a policy in microseconds."""
    seconds = [rule["ttl_seconds"] for rule in policy.get("caching", [])]
    seconds += [rule.get("ttl_seconds", 300) for rule in policy.get("prompt_cache", [])]
    return [second * SECOND_US for second in seconds]


def accepts(policy):
    """Return the thresholds of a policy's tiers."""
    tiers = [tier for rule in policy.get("routing", []) for tier in rule["tiers"]]
    return sorted({tier["accept"] for tier in tiers if "accept" in tier})


def response_chars(policy):
    """Return the answer lengths on both sides of a policy's thresholds, and none."""
    at = {round(200 * accept) for accept in accepts(policy)}
    below = {chars - 1 for chars in at if chars > 0}
    return (*sorted({4, 5, 200} | at | below), None)


def windows_us(policy):
    """Return the packing windows of a policy in microseconds."""
    return [rule["window_seconds"] * SECOND_US for rule in policy.get("batching", [])]


@st.composite
def times(draw, policy, row):
    """Draw a time: right after a request, its answer or their ttl, or at the edge of a window."""
    edges = windows_us(policy)
    if edges and draw(st.integers(0, 3)) == 3:
        width = draw(st.sampled_from(edges))
        return (row["ts_us"] // width + draw(st.sampled_from((0, 1)))) * width + draw(off_by_one)
    since = row["ts_us"] + draw(st.sampled_from((0, latency_us(row))))
    if draw(st.integers(0, 12)) == 12:
        return since + 86_400 * SECOND_US
    spans = [0, latency_us(row) // 2, *ttls_us(policy)]
    return since + draw(st.sampled_from(spans)) + draw(off_by_one)


off_by_one = st.sampled_from((0, 0, -1, 1))


def latency_us(row):
    """Return a row's latency in microseconds; null counts as 0."""
    return round((row.get("latency_ms") or 0) * 1000)


@st.composite
def token_counts(draw):
    """Draw token counts: cached and written tokens never exceed the input, a prefix may."""
    total = draw(st.sampled_from(TOKENS) | st.integers(0, 3000))
    counts = {"input_tokens": total, "output_tokens": draw(st.sampled_from(TOKENS))}
    left = total
    for name in ("cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens"):
        share = draw(st.sampled_from((0, 0, left // 3, left)))
        left -= share
        if share:
            counts[name] = share
    if draw(st.integers(0, 3)):
        counts["prefix_tokens"] = draw(st.sampled_from((*TOKENS, total, total + 1, total // 2)))
    return counts


ROUGH = {
    "model": MODELS,
    "provider": (None, *PROVIDERS),
    "feature": FEATURES,
    "user": ("u", "u", "v", None, None),
    "status": STATUSES,
    "service_tier": (None, None, None, "default", "batch"),
    "latency_ms": tuple(None if us is None else us / 1000 for us in LATENCIES_US),
    "prompt_chars": CHARS,
    "prompt_key": KEYS,
    "prefix_key": ("p", "p", "p", "q", None),
    "served_from_cache": (*(None,) * 12, False, True),
}
# Every request is live, priced and keyed, so that the levers meet each other more often.
PLAIN = ROUGH | {
    "model": PRICED[:2],
    "feature": ("chat", "chat", "sum"),
    "user": ("u",),
    "status": ("ok",),
    "latency_ms": (250.0, 1000.0, 20_000.0, 0.001),
    "prompt_chars": (500, 9000, None),
    "prompt_key": ("a", "a", "a", "b", None),
    "prefix_key": ("p", "p", "p", "q"),
    "served_from_cache": (None,),
}


@st.composite
def fields(draw, choices):
    """Draw what a request is, apart from when."""
    row = {name: draw(st.sampled_from(values)) for name, values in choices.items()}
    return row | draw(token_counts())


@st.composite
def echoes(draw, choices, row):
    """Draw a request much like another, with at most one thing changed."""
    row = dict(row)
    changed = draw(st.sampled_from(REDRAWN))
    if changed == "tokens":
        for name in [name for name in row if name.endswith("_tokens")]:
            del row[name]
        row |= draw(token_counts())
    elif changed:
        name = "latency_ms" if changed == "latency" else changed
        row[name] = draw(st.sampled_from(choices[name]))
    return row


@st.composite
def logs(draw, policy):
    """Draw a log in any order. Nulls are left out of a row, as an exporter would."""
    choices = draw(st.sampled_from((ROUGH, PLAIN)))
    choices = choices | {"response_chars": response_chars(policy)}
    rows = []
    for _ in range(draw(st.sampled_from(SIZES))):
        near = draw(st.sampled_from(rows[-4:])) if rows else {"ts_us": START_US}
        fresh = not rows or draw(st.integers(0, 3)) == 0
        row = draw(fields(choices) if fresh else echoes(choices, near))
        row["ts_us"] = draw(times(policy, near))
        rows.append(row)
    ids = draw(st.permutations(range(len(rows))))
    return [
        {"request_id": f"r{number}"} | {k: v for k, v in row.items() if v is not None}
        for number, row in zip(ids, rows, strict=True)
    ]


@st.composite
def scores(draw, policy, requests):
    """Draw evals for the tiers that ask for them: at a threshold, beside it, or none."""
    wanted = sorted(
        {tier["model"] for rule in policy.get("routing", []) for tier in rule["tiers"]} | {"*"}
    )
    if all(rule["score"] in {"length", "pass_rate"} for rule in policy.get("routing", [])):
        wanted = draw(st.sampled_from(([], [], wanted[:1])))
    choices = st.sampled_from((*accepts(policy), *accepts(policy), 0.79, 0.81, 0.0, 1.0, None))
    return [
        {"request_id": request["request_id"], "model": model, "score": score}
        for request in requests
        for model in wanted
        if (score := draw(choices)) is not None
    ]
