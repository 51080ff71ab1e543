"""Compression per tier: what prices alone decide, held against replays that end there."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.policy_text import policy_text
from analyzer.pricing.book import open_book
from analyzer.tune.squeeze import losing_tiers

PRICES = "".join(
    f'[[price]]\nmodel = "{model}"\ninput = "{read}"\noutput = "{written}"\n'
    for model, read, written in (("tiny", 0.01, 0.01), ("middle", 0.02, 0.5), ("large", 2.5, 10))
)
TIERS = [
    {"model": "tiny", "accept": "0.8"},
    {"model": "middle", "accept": "0.4"},
    {"model": "large"},
]
ANSWERS = {"first": 190, "second": 100, "third": 10}
"""Characters of an answer that ends at each tier: a score is a two-hundredth of them."""
DAY = date(2026, 11, 1)


@pytest.fixture
def prices(tmp_path):
    file = tmp_path / "prices.toml"
    file.write_text(PRICES)
    return file


def routing(score="length"):
    return ("routing", {"score": score, "tiers": TIERS})


def squeeze(ratio, **more):
    return ("compression", {"compressor": "tiny", "ratio": ratio, **more})


def losing(prices, *rules):
    return {one.tier for one in losing_tiers(open_book((str(prices),)), DAY, rules)}


@pytest.mark.parametrize("ratio", ["0.05", "0.45", "0.55", "0.99"])
def test_a_tier_loses_where_a_replay_of_its_requests_costs_more(tmp_path, prices, ratio):
    log, db = tmp_path / "log.csv", tmp_path / "log.duckdb"
    rows = [f"2026-10-01T00:00:00Z,large,{name},9000,50,{n}" for name, n in ANSWERS.items()]
    log.write_text("\n".join(["ts,model,feature,input_tokens,output_tokens,response_chars", *rows]))
    run("ingest", log, "--db", db)
    rules = (routing(), squeeze(ratio))
    policy = tmp_path / "policy.toml"
    named = {lever: [{"feature": "*", **rule}] for lever, rule in rules}
    policy.write_text(policy_text({"name": "squeezed", "price_date": DAY, **named}))
    said = run("simulate", "--db", db, "--policy", policy, "--prices", prices, "--json")
    routed, squeezed = json.loads(said)["steps"][1:]
    dearer = {
        place for place, name in enumerate(ANSWERS, 1)
        if int(squeezed["features"][name]["pico_usd"]) > int(routed["features"][name]["pico_usd"])
    }  # fmt: skip
    assert losing(prices, *rules) == dearer
    assert 1 in dearer


def run(*words):
    done = CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_router_calls_one_model_and_a_selection_answers_alone(prices):
    assert losing(prices, routing("difficulty"), squeeze("0.45")) == {1, 2}
    assert losing(prices, ("model_selection", {"to": "tiny"}), squeeze("0.45")) == {None}
    assert losing(prices, ("model_selection", {"to": "large"}), squeeze("0.45")) == set()


@pytest.mark.parametrize(
    "rules",
    [
        (routing(), squeeze("0.5", when="profitable")),
        (routing(), squeeze("0.5", mode="static_prefix")),
        (routing(), squeeze("0.5", compressor="a model without a price")),
        (routing(), squeeze("0.5"), ("batch_api", {})),
        (routing(),),
    ],
)
def test_what_prices_alone_do_not_decide_is_not_said(prices, rules):
    assert losing(prices, *rules) == set()
