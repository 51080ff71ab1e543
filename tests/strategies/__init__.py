"""Hypothesis strategies: small logs and policies whose times and sizes sit on the edges.

The policy is drawn first; the log's times, lengths and scores are then drawn from its edges.
"""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.strategies.logs import logs, scores
from tests.strategies.policies import policies
from tests.strategies.prices import DAYS, break_even, price_tables


class World(NamedTuple):
    """The four arguments of ``simulate``."""

    requests: list
    prices: list
    policy: dict
    evals: list


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
