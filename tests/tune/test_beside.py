"""What stands beside a tuned policy: single models, the oracle, the frontier, chance."""

import json
import random

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.commands import tune_output
from analyzer.ingest.scores import load_evals
from analyzer.money import PICO_PER_USD
from analyzer.tune.frontier import undominated
from tests.tune.world import CACHED, CHEAP, DAY, DEAR, ROUTED, load, scores, tuned

CHEAP_USD = 1000 * 0.15e-6 + 100 * 0.60e-6
DEAR_USD = 1000 * 2.50e-6 + 100 * 10e-6
"""What one request of the log costs."""


def rival(found, name):
    return next(row for row in found.rivals if row.name == name)


def usd(pico):
    return pico / PICO_PER_USD


@pytest.fixture
def found(scored):
    return tuned(scored, ROUTED)


def test_each_single_model_answers_all_of_the_traffic(found):
    assert usd(rival(found, "today").in_pico_usd) == pytest.approx(300 * DEAR_USD)
    cheapest, best = rival(found, "cheapest"), rival(found, "best single")
    assert (cheapest.model, best.model) == (CHEAP, DEAR)
    assert usd(cheapest.in_pico_usd) == pytest.approx(300 * CHEAP_USD)
    assert usd(cheapest.out_pico_usd) == pytest.approx(100 * CHEAP_USD)
    assert (best.quality_in.mean, best.scored) == (1, ("chat",))
    assert cheapest.quality_in.mean < 0.7


def test_the_oracle_pays_for_the_cheapest_right_answer(found):
    """By hand: the cheap model wherever it was right, the dear one elsewhere; search as today."""
    right = [row["score"] for row in scores(random.Random(7)) if row["model"] == CHEAP]
    seen, held = right[:150], right[150:]
    oracle = rival(found, "oracle")
    for answers, pico, searches in (
        (seen, oracle.in_pico_usd, 150),
        (held, oracle.out_pico_usd, 50),
    ):
        cheap = sum(answers)
        wanted = cheap * CHEAP_USD + (len(answers) - cheap + searches) * DEAR_USD
        assert usd(pico) == pytest.approx(wanted)
    assert oracle.quality_in.mean == 1
    assert oracle.quality_in.n == 150
    assert rival(found, "tuned").in_pico_usd >= oracle.in_pico_usd
    assert rival(found, "tuned").quality_in == found.units[0].quality_in["chat"]
    assert rival(found, "policy").quality_out.n == 50


def test_nothing_that_is_told_as_the_frontier_is_beaten(found):
    points = found.units[0].frontiers["chat"]
    keys = [(p.in_pico_usd, -p.quality.low, p.added.mean_s) for p in points]
    assert len(keys) > 2
    for mine in keys:
        others = (key for key in keys if key != mine)
        assert not any(all(a <= b for a, b in zip(o, mine, strict=True)) for o in others)
    tuned_pico = found.train.of(found.tuned["chat"])
    assert tuned_pico in [p.in_pico_usd for p in points]
    search = found.train.of(found.today["search"])
    assert [w.in_pico_usd for w in found.frontier] == [p.in_pico_usd + search for p in points]


def test_the_frontier_is_what_brute_force_leaves():
    chance = random.Random(3)
    items = [tuple(chance.randrange(6) for _ in range(3)) for _ in range(200)]
    kept = undominated(items, lambda item: item)
    beaten = [
        item for item in items
        if any(o != item and all(a <= b for a, b in zip(o, item, strict=True)) for o in items)
    ]  # fmt: skip
    assert set(kept) == set(items) - set(beaten)


def test_a_score_that_tells_something_beats_its_own_shuffles(found):
    tested = found.units[0].placebos["chat"]
    assert (tested.requests, tested.held_out, tested.is_noise) == (50, True, False)
    assert tested.mean == 1 > tested.shuffled_p95


def test_a_score_that_tells_nothing_shows_as_noise(db):
    """Difficulties that have nothing to do with who answers right."""
    chance = random.Random(11)
    rows = [
        row | ({"score": round(chance.random(), 1)} if row["model"] == "*" else {})
        for row in scores(random.Random(7))
    ]
    load(db, "noise.jsonl", rows, load_evals)
    tested = tuned(db, ROUTED.replace("0.1", "0.5")).units[0].placebos["chat"]
    assert tested.is_noise


def test_a_levers_saving_is_what_the_policy_costs_more_without_it(scored):
    text = ROUTED + CACHED.replace("60", str(DAY))
    whole = tuned(scored, text, folds=2)
    routing, caching = whole.levers
    assert (routing.lever, caching.lever) == ("routing", "caching")
    saved = sum(whole.test.total(s) * sign for s, sign in ((whole.today, 1), (whole.tuned, -1)))
    assert 0 < routing.out_pico_usd < saved
    assert routing.blind_in_pico_usd < routing.in_pico_usd
    assert [len(fold.levers) for fold in whole.folds] == [2, 2]


def test_the_command_shows_all_of_it_within_a_terminals_width(scored, tmp_path):
    policy = tmp_path / "p.toml"
    policy.write_text(ROUTED)
    words = ["tune", "--policy", str(policy), "--db", str(scored), "--folds", "2"]
    shown = CliRunner().invoke(cli, words).stdout
    for said in ("oracle (known afterwards)", "all on the best one: gpt-4o", "walking forward",
                 "frontier of chat", "scores shuffled", "blind pick",
                 "at least  held out"):  # fmt: skip
        assert said in shown
    assert max(map(len, shown.splitlines())) <= 120
    told = json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)
    names = [row["name"] for row in told["beside"]]
    assert names == ["today", "cheapest", "best single", "oracle", "policy", "tuned"]
    assert told["feasible"]
    hangs_on = told["hangs_on"]
    assert {driver["kind"] for driver in hangs_on["drivers"]} >= {"days", "price", "volume"}
    assert [shock["provider"] for shock in hangs_on["shocks"]] == ["openai"]
    assert "If openai doubles" in shown
    assert tune_output.NOT_DONE[0] in told["know_that"]
