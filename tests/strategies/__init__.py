"""Hypothesis strategies: small logs and policies whose times and sizes sit on the edges.

The policy is drawn first; the log's times, lengths and scores are then drawn from its edges.
"""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.strategies.buckets import buckets_for, rules_for_totals
from tests.strategies.logs import logs, scores
from tests.strategies.policies import policies
from tests.strategies.prices import DAYS, break_even, price_tables


class World(NamedTuple):
    """The arguments of ``simulate``."""

    requests: list
    prices: list
    policy: dict
    evals: list
    buckets: tuple | list = ()
    prefer: str = "requests"


@st.composite
def worlds(draw, levers=None):
    """Draw a whole world. ``levers`` forces these and only these levers into the policy."""
    policy = draw(policies(levers))
    prices = draw(price_tables())
    for rule in policy.get("compression", []):
        if rule.get("when") == "profitable" and draw(st.booleans()):
            break_even(rule, prices)
    requests = draw(logs(policy))
    if not requests or draw(st.booleans()):
        policy["price_date"] = draw(st.sampled_from(DAYS))
    return World(requests, prices, policy, draw(scores(policy, requests)))


@st.composite
def worlds_with_buckets(draw, levers=None):
    """Draw a world of usage buckets only, or of requests and buckets that may tell the same money.

    Buckets are OpenAI's: some requests are too, some name no provider, most are another's.
    """
    world = draw(worlds(levers))
    rules_for_totals(draw, world.policy)
    requests = draw(st.sampled_from(([], world.requests)))
    for request in requests:
        if request.get("provider") == "south" and draw(st.booleans()):
            request["provider"] = "openai"
    buckets = draw(buckets_for(world.policy, world.prices))
    prefer = draw(st.sampled_from(("requests", "totals")))
    evals = world.evals if requests else []
    return world._replace(requests=requests, evals=evals, buckets=buckets, prefer=prefer)
