"""A session that has seen other policies answers each one as a replay from nothing does."""

from hypothesis import given
from hypothesis import strategies as st

from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.replay.coalitions import Replay
from analyzer.replay.ledger import Ledger
from analyzer.replay.plan import plan
from analyzer.replay.requests import read_log
from analyzer.runners import local
from analyzer.savings.steps import steps_of
from analyzer.session import Session, growing
from tests.laws.test_laws import examples
from tests.laws.test_partitions import opened
from tests.strategies import worlds
from tests.strategies.policies import policies
from tests.strategies.written import policy_toml

SLIDERS = ("ttl_seconds", "max_size", "window_seconds", "min_tokens", "min_chars", "seed")


def from_nothing(store, policy, book):
    log = read_log(store, policy, book, "policy.toml")
    asked = plan(policy, log, growing(policy.levers))
    replay = Replay(asked, local.run(store, log, policy, asked))
    return steps_of(log, replay, Ledger(replay, policy.levers, len(log.features), log.days))


def nudged(draw, policy):
    """The policy with one number of one rule changed, as a slider changes it."""
    lever = draw(st.sampled_from([name for name in policy if isinstance(policy[name], list)]))
    rules = [dict(rule) for rule in policy[lever]]
    number = draw(st.integers(0, len(rules) - 1))
    keys = [key for key in SLIDERS if isinstance(rules[number].get(key), int)]
    if keys:
        key = draw(st.sampled_from(sorted(keys)))
        rules[number][key] = max(1, rules[number][key] + draw(st.sampled_from([-1, 1, 60])))
    return policy | {lever: rules}


@examples(15)
@given(world=worlds().filter(lambda world: world.requests), data=st.data())
def test_one_policy_after_another_is_billed_as_if_it_were_the_first(world, data):
    drawn = data.draw(st.lists(policies(None), min_size=1, max_size=2))
    levered = [p for p in (world.policy, *drawn) if any(isinstance(v, list) for v in p.values())]
    asked = [world.policy, *drawn, *(nudged(data.draw, p) for p in levered), world.policy]
    with opened(world) as (store, _, _, _):
        folder = store.path.parent
        book = open_book((str(folder / "prices.toml"),))
        session = Session(store, book)
        for number, tables in enumerate(asked):
            (folder / "policy.toml").write_text(policy_toml(tables))
            policy, _ = read_policy(folder / "policy.toml")
            found = session.bill(policy)
            steps = steps_of(found.log, found.replay, found.ledger)
            assert steps == from_nothing(store, policy, book), number
