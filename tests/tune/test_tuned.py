"""Tuning finds what trying everything finds, on the days it may see, and says what it does not."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from analyzer.board import Backtest, Pair
from analyzer.cli import cli
from analyzer.commands import tune_output, tune_unit
from analyzer.errors import PolicyError, StoppedError
from analyzer.ingest.load import ingest_file
from analyzer.policy import parse_policy
from analyzer.tune.evaluate import Replaying
from analyzer.tune.options import Limits, thin
from analyzer.tune.watch import Watch
from analyzer.tune.written import to_toml
from reports import sentences
from tests import findings_example
from tests.tune.world import CACHED, CHEAP, DAY, DEAR, ROUTED, load, log_rows, session_of, tuned


def unit_of(found, feature):
    return next(unit for unit in found.units if feature in unit.features)


def test_a_threshold_is_the_cheapest_that_keeps_the_policys_quality(scored):
    found = tuned(scored, ROUTED)
    unit = unit_of(found, "chat")
    assert unit.searched == "whole"
    assert unit.changes == (
        f"routing of chat: tiers {CHEAP}@0.1 / {DEAR}@always -> {CHEAP}@0.4 / {DEAR}@always",
    )
    assert unit.quality_in["chat"].mean == 1
    assert found.test.total(found.tuned) < found.test.total(found.start)


def test_no_more_risk_is_taken_where_nothing_measures_it(db):
    """Without evals a lower threshold, or the cheap model alone, would be the cheapest of all."""
    text = ROUTED.replace('"difficulty"', '"length"').replace("0.1", "0.9")
    found = tuned(db, text)
    unit = unit_of(found, "chat")
    assert {option[0] for option in found.chosen if option} == {"routing"}
    assert unit.changes == ()
    assert any(f"does not beat {CHEAP} alone" in line for line in tune_unit.against_singles(unit))


def test_a_floor_that_nothing_reaches_is_named_and_the_policy_stands(scored):
    found = tuned(scored, ROUTED, least=0.999)
    unit = unit_of(found, "chat")
    assert (unit.feasible, unit.changes) == (False, ())
    assert f"the best reaches {unit.best_quality['chat']:.3f}" in tune_output.spell(found)


def test_a_cascade_is_held_against_a_coin_at_the_same_spend(scored):
    """Difficulty tells which chats the cheap model gets right, and a coin does not."""
    found = tuned(scored, ROUTED)
    said = next(line for line in tune_unit.notes(unit_of(found, "chat")) if "a coin" in line)
    cheap, dear = unit_of(found, "chat").singles
    room = dear.in_pico_usd - cheap.in_pico_usd
    share = (unit_of(found, "chat").cascades["chat"] - cheap.in_pico_usd) / room
    mean = cheap.quality.mean + share * (1 - cheap.quality.mean)
    assert f"answers {mean:.3f} on average, the cascade 1.000" in said
    assert "does not beat" not in said


@pytest.mark.parametrize(("least", "model"), [(0.9, DEAR), (0.2, CHEAP)])
def test_a_model_on_offer_is_taken_only_where_its_evals_reach_the_floor(scored, least, model):
    text = f'[[model_selection]]\nfeature = "chat"\nto = "{DEAR}"\n'
    found = tuned(scored, text, limits=Limits(models=(CHEAP,)), least=least)
    chosen = {option[1]["to"] for option in found.chosen if option} or {DEAR}
    assert chosen == {model}


def test_a_lifetime_is_the_best_of_a_sweep_within_the_staleness_allowed(db):
    most = 5 * DAY
    found = tuned(db, CACHED, limits=Limits(max_staleness_s=Decimal(most)))
    swept = {}
    with session_of(db) as (_, session):
        for ttl in range(DAY // 2, most + 1, DAY // 2):
            policy = parse_policy(CACHED.replace("60", str(ttl)).encode(), "p.toml")
            spend = Replaying(session)(policy).spend
            for feature in ("chat", "search"):
                swept.setdefault(feature, []).append(found.train.total({"": spend[feature]}))
    for feature, bills in swept.items():
        assert unit_of(found, feature).tuned_in_pico_usd <= min(bills)
    assert all(option[1]["ttl_seconds"] <= most for option in found.chosen if option)


def test_without_a_limit_no_answer_grows_older_than_the_policy_allows(db):
    found = tuned(db, CACHED.replace("60", str(DAY)))
    assert all(option is None or option[1]["ttl_seconds"] <= DAY for option in found.chosen)


def test_days_held_out_change_nothing_of_what_is_chosen(scored):
    """More traffic on the days held out, of another kind: the same values are found."""
    before = tuned(scored, ROUTED + CACHED.replace("60", str(DAY)))
    late = [
        row | {"request_id": f"late{n}", "prompt": "again"}
        for n, row in enumerate(log_rows())
        if row["ts"] >= before.test.first * DAY
    ]
    load(scored, "late.jsonl", late, ingest_file)
    after = tuned(scored, ROUTED + CACHED.replace("60", str(DAY)))
    assert after.train == before.train
    assert after.chosen == before.chosen
    assert after.train.total(after.tuned) == before.train.total(before.tuned)
    assert after.test.total(after.tuned) > before.test.total(before.tuned)


def test_walking_forward_each_step_sees_only_the_days_before_it(scored):
    text = ROUTED + CACHED.replace("60", str(DAY))
    walked = tuned(scored, text, folds=3)
    assert [(f.train.until, f.test.until) for f in walked.folds] == [
        (walked.train.first + 5, walked.train.first + 10),
        (walked.train.first + 10, walked.train.first + 15),
        (walked.train.first + 15, walked.train.first + 20),
    ]
    last = walked.folds[-1]
    alone = tuned(scored, text, holdout=0.25)
    assert last.train == alone.train
    assert last.tuned_in == alone.train.total({f: alone.tuned[f] for f in ("chat", "search")})
    assert last.tuned_out == alone.test.total(alone.tuned)


def test_features_that_share_one_cache_are_tuned_together(db):
    text = CACHED.replace("60", str(DAY)) + 'scope = "global"\n'
    found = tuned(db, text)
    (unit,) = found.units
    assert unit.features == ("chat", "search")


def test_the_written_policy_says_once_what_holds_of_all_its_features(db):
    found = tuned(db, CACHED.replace("60", str(DAY)) + 'scope = "global"\n')
    assert to_toml(found).count("# quality: assumed: no evals of these answers") == 1


def test_the_written_policy_bills_what_was_promised(scored):
    text = 'name = "n"\n' + ROUTED + CACHED.replace("60", str(DAY)) + '[costs]\nmonthly_usd = "1"\n'
    found = tuned(scored, text)
    policy = parse_policy(to_toml(found).encode(), "tuned.toml")
    with session_of(scored) as (_, session):
        assert Replaying(session)(policy).spend == found.tuned
    assert policy.rollout.costs


def test_the_written_policy_tells_of_days_held_out_until_its_rules_are_edited(scored):
    text = ROUTED + CACHED.replace("60", str(DAY))
    found = tuned(scored, text)
    written = to_toml(found, date(2026, 11, 28))
    told = parse_policy(written.encode(), "tuned.toml").backtest
    assert (told.on, told.days, told.held_out_days) == ("2026-11-28", 15, 5)
    assert told.out_of_sample == Pair(found.test.total(found.today), found.test.total(found.tuned))
    assert told.in_sample == Pair(found.train.total(found.today), found.train.total(found.tuned))
    assert not told.edited
    for said in ("changed: tiers", "joining last, save", "quality on days held out: 1.000",
                 "its scores route better than chance", "kept as it was given"):  # fmt: skip
        assert any(line.startswith("# ") and said in line for line in written.splitlines())
    edited = written.replace("accept = 0.4", "accept = 0.5")
    assert parse_policy(edited.encode(), "tuned.toml").backtest.edited
    again = tuned(scored, written)
    assert to_toml(again).count("[tuned]") == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("days = 1", "held_out_days is missing"),
        ("dayz = 1", "unknown key 'dayz'; did you mean 'days'"),
        ("days = 0", "greater than or equal to 1"),
    ],
)
def test_a_table_of_tuning_that_was_written_by_hand_is_refused_in_one_line(bad, said):
    with pytest.raises(PolicyError, match=re.escape(said)):
        parse_policy(f"{CACHED}[tuned]\n{bad}\n".encode(), "p.toml")


def test_a_report_says_first_what_was_saved_on_days_held_out():
    tested = Backtest("", "", 23, 8, Pair(1000, 50), Pair(1000, 100), edited=False)
    plain = findings_example.example()
    shown = sentences.headline(replace(plain, backtest=tested))
    assert shown.label == "Saved on 8 days that tuning did not see"
    assert shown.figure.startswith("90.0% of")
    assert "95.0%" in shown.note
    for other in (replace(tested, edited=True), replace(tested, out_of_sample=None)):
        kept = sentences.headline(replace(plain, backtest=other))
        assert kept.figure == sentences.headline(plain).figure
        assert kept.note != sentences.headline(plain).note


def test_thinning_keeps_both_ends_and_no_more_than_asked():
    values = list(range(100))
    kept = thin(values, [1] * 100, 12)
    assert (kept[0], kept[-1], len(kept)) == (0, 99, 12)
    assert kept == sorted(set(kept))
    assert thin(values[:5], [1] * 5, 12) == values[:5]


def test_whoever_watches_sees_it_move_on_and_may_stop_it(scored):
    seen = []
    text = ROUTED + CACHED.replace("60", str(DAY))
    tuned(scored, text, watch=Watch(seen.append))
    assert all(0 <= step.done <= step.total for step in seen)
    assert {step.done == step.total for step in seen} == {True, False}
    after = len(seen) // 2
    with pytest.raises(StoppedError):
        tuned(scored, text, watch=Watch(seen.append, lambda: len(seen) >= after))


def test_the_command_says_what_was_not_done_and_that_figures_without_holdout_flatter(
    scored, tmp_path
):
    policy = tmp_path / "p.toml"
    policy.write_text(ROUTED)
    words = ["tune", "--policy", str(policy), "--db", str(scored)]
    result = CliRunner().invoke(cli, [*words, "--holdout", "0"])
    assert result.exit_code == 0, result.output
    assert "in sample, and flatter" in result.stdout
    assert "their quality stays assumed" in result.stdout
    told = json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)
    assert told["days"] == {"in_sample": 15, "out_of_sample": 5}
    assert Decimal(told["usd"]["tuned"]["in_sample"]) < Decimal(told["usd"]["policy"]["in_sample"])
