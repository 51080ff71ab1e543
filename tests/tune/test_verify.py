"""Spend since deployment against the projection: four effects, added up by hand and to the pico."""

import json
from fractions import Fraction
from math import floor

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analyzer.cli import cli
from analyzer.errors import GateError, UnevaluatedError
from analyzer.ingest.load import ingest_file
from analyzer.variance import Side, effects, total
from tests.billing_files import usage, uses
from tests.oracle.replay import simulate
from tests.tune.world import load

DAY = 86_400
START = 1_790_035_200  # 2026-09-22, midnight
SINCE = START + 10 * DAY
POLICY = """
[[routing]]
feature = "chat"
score = "length"
tiers = [ { model = "small", accept = 0.5 }, { model = "large" } ]
[[caching]]
feature = "*"
ttl_seconds = 3600
"""
RULES = {
    "routing": [
        {"feature": "chat", "score": "length", "seed": 0, "tiers": [
            {"model": "small", "accept": "0.5"}, {"model": "large"}]},
    ],
    "caching": [{"feature": "*", "ttl_seconds": 3600}],
}  # fmt: skip
PRICES = [
    {"provider": "p", "model": "large", "input": "10", "output": "20"},
    {"provider": "p", "model": "small", "input": "1", "output": "2"},
    {"provider": "p", "model": "small", "input": "2", "output": "4",
     "effective_from": "2026-10-04"},
]  # fmt: skip


def row(n, ts, model, feature, **more):
    return {
        "request_id": f"r{n}", "ts": ts, "latency_ms": 0, "provider": "p", "model": model,
        "feature": feature, "input_tokens": 100 + n % 7, "output_tokens": 10,
        "response_chars": 50 + n % 100, "prompt_key": f"k{n % 11}", **more,
    }  # fmt: skip


def before():
    for n in range(200):
        yield row(n, START + n * DAY // 20, "large", ("chat", "chat", "search")[n % 3])


def since():
    """Cascades write a row for each tier, caches one for each hit; a feature is new."""
    for n in range(200, 300):
        ts = SINCE + (n - 200) * DAY // 20
        feature = ("chat", "chat", "search", "new")[n % 4]
        served = n % 5 == 0
        model = "large" if feature != "chat" else "small"
        yield row(n, ts, model, feature, served_from_cache=served)
        if feature == "chat" and not served and n % 6 == 1:
            yield row(n + 1000, ts + 1, "large", feature)


@pytest.fixture
def world(tmp_path):
    for name, rows in (("before.jsonl", before()), ("since.jsonl", since())):
        load(tmp_path / "x.duckdb", name, rows, ingest_file)
    (tmp_path / "policy.toml").write_text(POLICY)
    lines = ["[[price]]\n" + "\n".join(f'{k} = "{v}"' if k != "effective_from" else f"{k} = {v}"
                                       for k, v in price.items()) for price in PRICES]  # fmt: skip
    (tmp_path / "prices.toml").write_text("\n".join(lines))
    return tmp_path


def verify(world, *words):
    asked = ["verify", "--policy", str(world / "policy.toml"), "--since", "2026-10-02"]
    asked += ["--db", str(world / "x.duckdb"), "--prices", str(world / "prices.toml"), *words]
    return CliRunner().invoke(cli, asked)


def half_up(value):
    return floor(value + Fraction(1, 2))


def by_hand():
    """The slow oracle bills the days before; the days since are added up call by call."""
    told = simulate(
        [oracle_row(r) for r in before()], PRICES[:2], RULES | {"price_date": "2026-10-01"}, []
    )
    replayed = {f: t["pico_usd"] for f, t in told["steps"][-1]["features"].items()}
    calls = [r for r in since() if not r.get("served_from_cache")]
    unit = {"large": (10, 20), "small": (1, 2)}
    raised = {"large": (10, 20), "small": (2, 4)}
    spans = (Fraction(10 * DAY), Fraction(99 * DAY // 20))
    answered = {"chat": ("small",), "search": ("large",), "new": ("large",)}
    count = {
        feature: (
            sum(r["feature"] == feature for r in before()),
            sum(r["feature"] == feature and r["model"] in models for r in since()),
        )
        for feature, models in answered.items()
    }
    volume = Fraction(sum(n for _, n in count.values()), sum(n for n, _ in count.values()))
    for feature, (was, now) in count.items():
        mine = [r for r in calls if r["feature"] == feature]
        cost = {"then": 0, "own": 0}
        for r in mine:
            own = raised if r["ts"] >= START + 12 * DAY else unit
            for key, table in (("then", unit), ("own", own)):
                read, written = table[r["model"]]
                cost[key] += (r["input_tokens"] * read + r["output_tokens"] * written) * 10**6
        before_pico = replayed.get(feature, 0)
        projected = half_up(before_pico * spans[1] / spans[0])
        at_volume = half_up(before_pico * volume)
        at_mix = half_up(Fraction(before_pico * now, was)) if was else cost["then"]
        yield feature, {
            "projected": projected, "volume": at_volume - projected, "mix": at_mix - at_volume,
            "lever": cost["then"] - at_mix, "price": cost["own"] - cost["then"],
            "spent": cost["own"],
        }  # fmt: skip


def oracle_row(one):
    return one | {"ts_us": one["ts"] * 1_000_000}


def test_every_effect_of_every_feature_is_what_it_is_by_hand(world):
    result = verify(world, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    wanted = dict(by_hand())
    assert set(told["features"]) == set(wanted)
    for feature, figures in wanted.items():
        for name, pico in figures.items():
            assert told["features"][feature][f"{name}_pico_usd"] == str(pico), (feature, name)
    assert int(told["whole"]["price_pico_usd"]) > 0
    names = ("projected", "volume", "mix", "lever", "price")
    for one in (told["whole"], *told["features"].values()):
        assert sum(int(one[f"{name}_pico_usd"]) for name in names) == int(one["spent_pico_usd"])


@given(
    st.lists(st.tuples(*[st.integers(0, 10**15)] * 5), min_size=1, max_size=6),
    st.integers(1, 10**13),
    st.integers(1, 10**13),
)
def test_the_effects_add_up_whatever_the_figures(rows, span_before, span_since):
    sides = [Side(str(n), *row) for n, row in enumerate(rows)]
    found = effects(sides, span_before, span_since)
    assert {one.feature: one.spent for one in found} == {s.feature: s.spent for s in sides}
    assert total(found).spent == sum(side.spent for side in sides)


def test_the_gate_looks_at_the_lever_effect_alone(world):
    """A policy that nobody followed: search went on at the large model."""
    assert verify(world, "--max-over", "0%").exit_code == 0
    (world / "policy.toml").write_text('[[model_selection]]\nfeature = "*"\nto = "small"\n')
    assert verify(world, "--max-over", "1000%").exit_code == 0
    failed = verify(world, "--max-over", "0%")
    assert isinstance(failed.exception, GateError), failed.stdout
    assert "more than projected" in str(failed.exception)
    assert "projected" in failed.stdout


def test_usage_totals_are_named_as_left_out(world, tmp_path):
    totals = usage(tmp_path / "usage.csv", uses(3))
    loaded = CliRunner().invoke(cli, ["ingest", str(totals), "--db", str(world / "x.duckdb")])
    assert loaded.exit_code == 0, loaded.output
    done = verify(world, "--json")
    assert done.exit_code == 0, done.output
    assert any("usage totals of usage.csv are in no figure" in note
               for note in json.loads(done.stdout)["notes"])  # fmt: skip


@pytest.mark.parametrize("day", ["2026-09-22", "2027-01-01"])
def test_with_one_side_only_nothing_can_be_said(world, day):
    asked = ["verify", "--policy", str(world / "policy.toml"), "--since", day]
    asked += ["--db", str(world / "x.duckdb"), "--prices", str(world / "prices.toml")]
    failed = CliRunner().invoke(cli, asked)
    assert isinstance(failed.exception, UnevaluatedError)
    assert failed.exception.exit_code == 3
