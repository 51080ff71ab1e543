"""The drawn worlds can be written as the files a user would write, and lose nothing by it."""

import json
import tomllib
from datetime import datetime, timedelta

from hypothesis import given, settings

from tests.strategies import worlds
from tests.strategies.written import (
    EPOCH,
    canonical_jsonl,
    evals_jsonl,
    policy_toml,
    prices_toml,
)


@settings(max_examples=25, deadline=None)
@given(world=worlds())
def test_files_hold_every_value_of_the_world(world):
    assert tomllib.loads(policy_toml(world.policy)) == world.policy
    assert tomllib.loads(prices_toml(world.prices))["price"] == world.prices
    rows = [json.loads(line) for line in canonical_jsonl(world.requests).splitlines()]
    for row in rows:
        row["ts_us"] = (datetime.fromisoformat(row.pop("ts")) - EPOCH) // timedelta(microseconds=1)
    assert rows == world.requests
    assert [json.loads(line) for line in evals_jsonl(world.evals).splitlines()] == world.evals
