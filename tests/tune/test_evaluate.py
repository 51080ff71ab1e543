"""A bill put together from what was billed before is the bill of a fresh session, to the pico."""

import polars as pl
import pytest

from analyzer.ingest.load import ingest_file
from analyzer.policy import parse_policy
from analyzer.tune.evaluate import Replaying
from tests.tune.world import CACHED, CHEAP, DAY, DEAR, ROUTED, load, log_rows, session_of

WARM = '[[prompt_cache]]\nfeature = "*"\nttl_seconds = 86400\nmin_tokens = 0\n'
SELECTED = f'[[model_selection]]\nfeature = "search"\nto = "{CHEAP}"\n'
STATIC = (
    f'[[compression]]\nfeature = "*"\ncompressor = "{CHEAP}"\nratio = 0.5\nmode = "static_prefix"\n'
)
LONG = CACHED.replace("60", str(DAY))
POLICIES = (
    "",
    ROUTED,
    ROUTED + LONG,
    LONG,
    LONG + 'scope = "global"\n',
    LONG.replace('"*"', '"chat"') + 'scope = "global"\n',
    LONG + 'scope = "global"\n' + ROUTED,
    WARM,
    WARM + SELECTED,
    WARM.replace('"*"', '"chat"') + SELECTED,
    STATIC,
    STATIC + SELECTED + LONG,
    SELECTED + '[[batch_api]]\nfeature = "*"\n',
    ROUTED,
)


SQUEEZED = f'[[compression]]\nfeature = "chat"\ncompressor = "{CHEAP}"\nratio = 0.3\n'
RESTS = ("", LONG, SQUEEZED, LONG + SQUEEZED + '[[batch_api]]\nfeature = "chat"\n', WARM)


@pytest.mark.parametrize("score", ["length", "difficulty", "evals"])
def test_thresholds_that_are_answered_without_a_replay_cost_the_same(scored, score):
    """Three tiers, the thresholds moved over scores that occur, between them and beyond."""
    lengths = (None, 0, 4, 5, 39, 40, 99, 100, 101, 179, 180, 199, 200, 201, 4000)
    more = [
        row
        | {"request_id": f"more{n}", "response_chars": lengths[n % len(lengths)]}
        | {"status": "error" if n % 7 == 3 else "ok", "served_from_cache": n % 11 == 5}
        for n, row in enumerate(log_rows())
    ]
    load(scored, "more.jsonl", more, ingest_file)
    policies = [
        f"""
[[routing]]
feature = "chat"
score = "{score}"
tiers = [
  {{ model = "{CHEAP}", accept = {low}, max_output_tokens = 50 }},
  {{ model = "gpt-4.1", accept = {high} }},
  {{ model = "{DEAR}" }},
]
{rest}"""
        for rest in RESTS
        for low, high in ((0.5, 0.5), (0.2, 0.9), (0.25, 0.4), (1, 0), (1.5, 0.95))
    ]
    with session_of(scored) as (_, session):
        kept = Replaying(session)
        found = [kept(parse_policy(text.encode(), "p.toml")) for text in policies]
        assert sum(stairs is not None for stairs in kept._stairs.values()) == len(RESTS) - 1
    with session_of(scored) as (_, session):
        for text, outcome in zip(policies, found, strict=True):
            _, cells = session.cells(parse_policy(text.encode(), "p.toml"), {"chat"})
            days = cells.group_by("day").agg(pl.col("pico_usd").sum())
            assert outcome.spend["chat"] == {day: int(pico) for day, pico in days.iter_rows()}


@pytest.fixture
def one_after_the_other(scored):
    with session_of(scored) as (_, session):
        yield Replaying(session)


def test_what_was_billed_before_is_used_only_where_nothing_changed(scored, one_after_the_other):
    for text in POLICIES:
        policy = parse_policy(text.encode(), "p.toml")
        outcome = one_after_the_other(policy)
        with session_of(scored) as (_, session):
            fresh = session.bill(policy)
        bill = fresh.ledger[fresh.ledger.everything]
        wanted = {fresh.log.features[n]: pico for n, pico in bill.by_feature.items()}
        assert {f: sum(days.values()) for f, days in outcome.spend.items()} == wanted, text
        for feature, days in outcome.spend.items():
            paid = outcome.paid[feature].values()
            for day, pico in days.items():
                assert sum(series.get(day, 0) for series in paid) == pico
