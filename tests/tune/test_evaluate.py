"""A bill put together from what was billed before is the bill of a fresh session, to the pico."""

import pytest

from analyzer.policy import parse_policy
from analyzer.tune.evaluate import Replaying
from tests.tune.world import CACHED, CHEAP, DAY, ROUTED, session_of

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
