"""The board's figures on a log small enough to do by hand, through the real engine."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest

from analyzer.board import Pair, ProviderSpend, Range, RolloutCost
from analyzer.commands.asking import find, replay
from analyzer.export import focus
from analyzer.findings import Day, Window
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.savings.forecast import day_spread, forecast
from analyzer.savings.payback import paybacks
from analyzer.savings.quality import good_answers, wilson
from analyzer.savings.risks import risks
from analyzer.store import Store
from tests import findings_example as example
from tests.strategies.written import canonical_jsonl

USD = 10**12
DAY_US = 86_400_000_000
START_US = 1_790_812_800_000_000  # a Thursday
PRICES = """currency = "USD"
[[price]]
provider = "acme"
model = "big"
input = "2"
cached_input = "0.5"
output = "8"
[[price]]
provider = "zed"
model = "small"
input = "0.5"
output = "1"
"""
POLICY = """name = "p"
[[model_selection]]
feature = "chat"
to = "small"
[[caching]]
feature = "mail"
ttl_seconds = 600
[costs]
one_off_usd = "0.10"
monthly_usd = "0.01"
[governance.caching]
owner = "Ann"
max_staleness_seconds = 60
"""
CHAT = [
    {
        "request_id": f"c{n}",
        "ts_us": START_US + n * DAY_US // 2,
        "provider": "acme",
        "model": "big",
        "feature": "chat",
        "user": f"u{n % 4}",
        "input_tokens": 1000,
        "cached_input_tokens": 400,
        "output_tokens": 100,
    }
    for n in range(40)
]
MAIL = [
    {
        "request_id": f"m{n}",
        "ts_us": START_US + n * DAY_US,
        "provider": "acme",
        "model": "big",
        "feature": "mail",
        "input_tokens": 500,
        "output_tokens": 0,
    }
    for n in range(20)
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    (folder / "log.jsonl").write_text(canonical_jsonl(CHAT + MAIL))
    (folder / "prices.toml").write_text(PRICES)
    (folder / "policy.toml").write_text(POLICY)
    scored = [f"c{n},{model},{score}" for n in range(40) for model, score in SCORES.items()]
    (folder / "scores.csv").write_text("\n".join(["request_id,model,score", *scored]) + "\n")
    with Store.open(folder / "r.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, folder / "log.jsonl")
        load_evals(store, folder / "scores.csv")
    return folder / "r.duckdb", folder / "policy.toml", (str(folder / "prices.toml"),)


SCORES = {"big": "0.9", "small": "0.8", "mid": "1.0"}
CHAT_BEFORE = 40 * (600 * 2 + 400 * 0.5 + 100 * 8) / 10**6
CHAT_AFTER = 40 * (1000 * 0.5 + 100 * 1) / 10**6
MAIL_COST = 20 * 500 * 2 / 10**6


@pytest.fixture(scope="module")
def board(asked):
    return find(*asked).board


def pico(dollars: float) -> int:
    return round(dollars * 10**9) * 1000


def test_unit_costs_by_request_user_and_good_answer(board):
    chat, mail, total = board.units
    assert (chat.feature, mail.feature, total.feature) == ("chat", "mail", "")
    assert chat.request == Pair(pico(CHAT_BEFORE / 40), pico(CHAT_AFTER / 40))
    assert (chat.users, mail.users, total.users) == (4, None, None)
    assert chat.user == Pair(pico(CHAT_BEFORE / 4), pico(CHAT_AFTER / 4))
    assert chat.good_answer is not None
    assert chat.good_answer.before_pico_usd == round(CHAT_BEFORE * USD / (40 * 0.9))
    assert chat.good_answer.after_pico_usd == round(CHAT_AFTER * USD / (40 * 0.8))
    assert mail.good_answer is None
    assert total.request.before_pico_usd == round((CHAT_BEFORE + MAIL_COST) * USD / 60)


def test_who_is_paid_before_and_after(board):
    assert board.providers == (
        ProviderSpend("acme", Pair(pico(CHAT_BEFORE + MAIL_COST), pico(MAIL_COST))),
        ProviderSpend("zed", Pair(0, pico(CHAT_AFTER))),
    )
    assert [(m.model, m.before_calls, m.after_calls) for m in board.models] == [
        ("big", 60, 20),
        ("small", 0, 40),
    ]


def test_list_price_takes_cached_tokens_at_the_input_price(board):
    listed = 40 * (1000 * 2 + 100 * 8) / 10**6 + MAIL_COST
    assert board.rates.listed.before_pico_usd == pico(listed)
    assert board.rates.paid.before_pico_usd == pico(CHAT_BEFORE + MAIL_COST)
    assert board.rates.listed.after_pico_usd == board.rates.paid.after_pico_usd


def test_quality_names_who_answers_and_what_was_scored(board):
    rows = {(q.feature, q.model.split("/")[-1]): q for q in board.quality}
    assert {key: (q.role, q.evals, q.mean_ppm) for key, q in rows.items()} == {
        ("chat", "big"): ("today", 40, 900_000),
        ("chat", "small"): ("policy", 40, 800_000),
        ("chat", "mid"): ("other", 40, 1_000_000),
        ("mail", "big"): ("both", 0, None),
    }


def test_kinds_of_optimisation_add_up_to_the_saving(asked):
    found = find(*asked)
    kinds = {row.kind: row.pico_usd for row in found.board.optimisations}
    assert kinds == {"model": found.saving_pico_usd, "volume": 0}


def test_duties_carry_the_oldest_answer_and_its_bound(board):
    (caching,) = (duty for duty in board.duties if duty.lever == "caching")
    assert (caching.owner, caching.oldest_us, caching.bound_us) == ("Ann", 600_000_000, 60_000_000)
    assert not caching.unlimited


def test_sensitivity_moves_prices_of_chosen_models_alone(asked):
    found = find(*asked)
    drivers = {d.kind: d for d in found.board.drivers if d.kind != "drop"}
    annual = found.projection.annual_saving_pico_usd
    saving = CHAT_BEFORE - CHAT_AFTER
    step = 0.2 * CHAT_AFTER / saving
    low, high = drivers["price"].annual.low_pico_usd, drivers["price"].annual.high_pico_usd
    assert low / annual == pytest.approx(1 - step)
    assert high / annual == pytest.approx(1 + step)
    volume = drivers["volume"].annual
    assert (volume.low_pico_usd + volume.high_pico_usd) / 2 == pytest.approx(annual)
    (dropped,) = (d for d in found.board.drivers if d.subject == "model_selection")
    assert dropped.annual == Range(0, annual)


def test_break_evens_are_where_the_policy_costs_as_much_as_today(board):
    limits = {b.kind: b for b in board.break_evens if b.kind != "run_cost"}
    assert limits["price"].limit_ppm == round(CHAT_BEFORE / CHAT_AFTER * 10**6)
    whole = CHAT_BEFORE + MAIL_COST
    assert limits["redo"].limit_ppm == round((CHAT_BEFORE - CHAT_AFTER) / whole * 10**6)
    run = {b.subject: b.monthly_pico_usd for b in board.break_evens if b.kind == "run_cost"}
    assert run["caching"] == 0
    assert run["model_selection"] > 0


@pytest.mark.parametrize(("side", "total"), [("before", 0), ("after", 1)])
def test_focus_rows_add_up_to_each_side(asked, side, total):
    found = find(*asked)
    rows = list(csv.DictReader(StringIO(focus.to_csv(replay(*asked), (side,)))))
    cost = sum(Decimal(row["EffectiveCost"]) for row in rows)
    expected = (found.before_pico_usd, found.after_pico_usd)[total]
    assert cost == Decimal(expected) / USD
    assert {row["x_RebillScenario"] for row in rows} == {side}
    assert all(row["ChargePeriodStart"] >= row["BillingPeriodStart"] for row in rows)
    assert all(row["ChargePeriodEnd"] <= row["BillingPeriodEnd"] for row in rows)
    listed = sum(Decimal(row["ListCost"]) for row in rows)
    rates = found.board.rates.listed
    assert listed == Decimal((rates.before_pico_usd, rates.after_pico_usd)[total]) / USD


def test_the_wilson_interval_is_the_published_one():
    low, high = wilson(0.9, 10)
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert wilson(1.0, 30)[1] == 1.0
    assert wilson(0.0, 30)[0] == 0.0


def test_an_unscored_model_hides_the_cost_of_a_good_answer():
    counts = {("chat", "a"): 10, ("chat", "b"): 1, ("mail", "c"): 5}
    assert good_answers("chat", counts, {("chat", "a"): (40, 0.5)}) is None
    both = {("chat", "a"): (40, 0.5), ("chat", "b"): (30, 1.0)}
    assert good_answers("chat", counts, both) == 6_000_000
    assert good_answers("chat", counts, {**both, ("chat", "b"): (29, 1.0)}) is None


def test_a_run_cost_above_the_saving_is_never_paid_back():
    costs = (RolloutCost("", 12 * USD, 2 * USD, ""),)
    interval = example.example().projection.annual_saving
    assert interval is not None
    whole = replace(interval, p10_pico_usd=20 * USD, p90_pico_usd=48 * USD)
    (found,) = paybacks(costs, whole, None)
    assert (found.fastest_tenths, found.slowest_tenths) == (60, None)
    assert found.net_annual == Range(-4 * USD, 24 * USD)
    assert paybacks((), whole, None) == ()


def days(spends):
    dates = [f"2026-10-{n + 1:02d}" for n in range(len(spends))]
    return tuple(Day(d, s * USD, s * USD // 4) for d, s in zip(dates, spends, strict=True))


def test_a_steady_week_forecasts_itself_without_error_or_trend():
    window = Window(START_US, START_US + 28 * DAY_US)
    found = forecast(days([7, 7, 1, 1, 7, 7, 7] * 4), window)
    assert found is not None
    assert found.error_ppm == 0
    assert abs(found.trend_ppm) < 10
    assert found.weekdays_ppm[5] == found.weekdays_ppm[6] < 250_000
    flat = next(s for s in found.scenarios if s.growth_ppm == 0)
    assert flat.spend.before_pico_usd == pytest.approx(148 * USD * 365.25 / 28, rel=1e-9)


def test_growth_compounds_month_by_month():
    window = Window(START_US, START_US + 30 * DAY_US)
    found = forecast(days([10] * 30), window)
    flat, grown = (s.spend.before_pico_usd for s in found.scenarios if s.growth_ppm in (0, 100_000))
    assert grown / flat == pytest.approx(sum(1.1**n for n in range(1, 13)) / 12)


def test_short_windows_say_less():
    assert forecast(days([5]), Window(START_US, START_US + DAY_US // 2)) is None
    short = forecast(days([5] * 10), Window(START_US, START_US + 10 * DAY_US))
    assert (short.weekdays_ppm, short.trend_ppm, short.error_ppm) == ((), None, None)
    assert day_spread(days([5] * 6)) is None
    assert day_spread(days(range(1, 12))).median == Pair(6 * USD, 6 * USD // 4)


def test_risks_are_ranked_and_a_small_one_is_left_out():
    found = example.example()
    ranked = risks(
        found.window,
        found.coverage,
        found.steps,
        found.attribution,
        found.projection,
        found.board.providers,
        found.provenance.sources,
    )
    shares = [risk.share_ppm for risk in ranked]
    assert shares == sorted(shares, reverse=True)
    kinds = [risk.kind for risk in ranked]
    assert kinds[0] == "provider"
    assert "assumed" in kinds
    assert "rejects" not in kinds
    assert "added_cost" not in kinds
    short = replace(found.window, end_us=found.window.start_us + 3 * DAY_US)
    worst = risks(
        short,
        found.coverage,
        found.steps,
        found.attribution,
        found.projection,
        (),
        (),
    )
    assert (worst[0].kind, worst[0].share_ppm) == ("window", 1_000_000)


def test_a_cascade_breaks_even_where_its_later_tiers_eat_what_the_first_saves(asked, tmp_path):
    db, _, prices = asked
    (tmp_path / "mid.toml").write_text(
        'currency = "USD"\n[[price]]\nmodel = "mid"\ninput = "1.5"\noutput = "4"\n'
    )
    (tmp_path / "policy.toml").write_text(
        '[[routing]]\nfeature = "chat"\nscore = "pass_rate"\n'
        'tiers = [{ model = "small", pass_rate = 0.5 }, { model = "mid" }]\n'
    )
    found = find(db, tmp_path / "policy.toml", (*prices, str(tmp_path / "mid.toml")))
    (row,) = (b for b in found.board.break_evens if b.kind == "escalation")
    tally = found.steps[-1].features["chat"]
    assert row.found_ppm == tally.escalated * 10**6 // 40
    first, later = 1000 * 0.5 + 100 * 1, 1000 * 1.5 + 100 * 4
    today = 600 * 2 + 400 * 0.5 + 100 * 8
    assert row.limit_ppm == round((today - first) / later * 10**6)
    chat = next(unit for unit in found.board.units if unit.feature == "chat")
    good = (40 - tally.escalated) * 0.8 + tally.escalated * 1.0
    assert chat.good_answer.after_pico_usd == round(tally.pico_usd / good)


def test_the_export_loads_again_as_a_bill_of_the_same_dollars(asked, tmp_path):
    (tmp_path / "focus.csv").write_text(focus.to_csv(replay(*asked), ("before",)))
    with Store.open(tmp_path / "again.duckdb") as store:
        store.unlock_digests()
        account = ingest_file(store, tmp_path / "focus.csv")
        billed = sum(int(pico) for pico in store.query("reconcile_charges")["cost_pico"])
    assert (account.format, account.rejects) == ("focus", 0)
    assert billed == find(*asked).before_pico_usd
