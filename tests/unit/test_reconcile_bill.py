"""The bill against the tokens: every way in which they differ has its name, and its dollars."""

from decimal import Decimal

import pytest

from tests.billing_files import Use, causes, cost, dollars, log, reconciled, usage, uses

DAYS = uses(12)


@pytest.fixture
def files(tmp_path):
    return {
        "log": log(tmp_path / "log.jsonl", DAYS),
        "usage": usage(tmp_path / "usage.csv", DAYS),
        "cost": cost(tmp_path / "cost.csv", DAYS),
    }


def test_a_log_a_usage_export_and_a_bill_of_one_month_agree_to_the_pico(tmp_path, files):
    found = reconciled(tmp_path, files.values(), lag_hours=0)
    assert [c.against for c in found.comparisons] == ["bill", "usage export"]
    for compared in found.comparisons:
        assert compared.residual_pico_usd == 0
        assert Decimal(compared.said_pico_usd).scaleb(-12) == dollars(DAYS)
    assert found.within is True


def test_a_usage_export_and_its_bill_agree_without_any_log(tmp_path, files):
    found = reconciled(tmp_path, [files["usage"], files["cost"]], lag_hours=0)
    assert [c.against for c in found.comparisons] == ["bill"]
    assert found.verdict.residual_pico_usd == 0


def test_the_last_48_hours_of_a_bill_are_left_out_and_said(tmp_path, files):
    """A cost export lags: its newest day holds a part of what the usage export counts."""
    late = cost(tmp_path / "late.csv", [*DAYS[:-1], Use(11, 700_000, 1_000)])
    found = reconciled(tmp_path, [files["usage"], late])
    assert found.verdict.residual_pico_usd == 0
    (left,) = found.verdict.left_out
    assert (left.why, left.first_day, left.last_day) == ("lag", "2026-10-11", "2026-10-12")
    assert left.said_pico_usd < left.priced_pico_usd
    assert causes(reconciled(tmp_path, [files["usage"], late], lag_hours=0).verdict) != {}


def test_a_bill_that_lies_in_its_lag_is_not_judged(tmp_path):
    files = [log(tmp_path / "l.jsonl", uses(2)), cost(tmp_path / "c.csv", uses(2))]
    found = reconciled(tmp_path, files)
    assert found.within is None
    assert any("--lag-hours 0" in note for note in found.notes)


@pytest.mark.parametrize("with_usage", [True, False])
def test_missing_logs_are_named_with_their_dollars(tmp_path, files, with_usage):
    part = [use for use in DAYS if use.day not in (3, 4)]
    part += [Use(4, 1_000, 10)]
    loaded = [log(tmp_path / "part.jsonl", part), files["cost"]]
    found = reconciled(tmp_path, loaded + [files["usage"]] * with_usage, lag_hours=0)
    gap = dollars(DAYS) - dollars(part)
    assert causes(found.verdict) == {"missing_logs": gap}
    assert found.within is False


def test_a_log_with_every_call_twice_is_beyond_the_bill(tmp_path, files):
    twice = [files["log"], log(tmp_path / "again.jsonl", DAYS[:3], "again"), files["cost"]]
    found = reconciled(tmp_path, [*twice, files["usage"]], lag_hours=0)
    assert causes(found.verdict) == {"log_beyond_bill": -dollars(DAYS[:3])}


def test_a_steady_discount_is_a_negotiated_rate_and_the_prices_file_takes_it(tmp_path, files):
    deal = cost(tmp_path / "deal.csv", DAYS, share="0.85")
    for loaded in ([files["log"], deal], [files["log"], files["usage"], deal]):
        found = reconciled(tmp_path, loaded, lag_hours=0)
        assert causes(found.verdict) == {"negotiated_rate": -dollars(DAYS) * Decimal("0.15")}
        assert 'share = "0.1500"' in found.verdict.causes[0].text
    prices = tmp_path / "prices.toml"
    prices.write_text('[[discount]]\nprovider = "openai"\nshare = "0.15"\n')
    assert reconciled(tmp_path, loaded, [prices], lag_hours=0).verdict.residual_pico_usd == 0


def test_half_the_price_is_the_batch_tier_that_the_log_does_not_name(tmp_path, files):
    half = cost(tmp_path / "half.csv", DAYS, share="0.5")
    batched = usage(tmp_path / "batch.csv", DAYS, batch="True")
    expected = {"tier": -dollars(DAYS) / 2}
    assert causes(reconciled(tmp_path, [files["log"], half], lag_hours=0).verdict) == expected
    both = reconciled(tmp_path, [files["log"], batched, half], lag_hours=0)
    assert causes(both.verdict) == expected


@pytest.mark.parametrize("with_usage", [True, False])
def test_a_hidden_cache_discount_is_named(tmp_path, files, with_usage):
    """A log that counts cached tokens as fresh ones is dearer than the bill."""
    blind = log(tmp_path / "blind.jsonl", [Use(u.day, u.input + u.cached, u.output) for u in DAYS])
    loaded = [blind, files["cost"]] + [files["usage"]] * with_usage
    cached = sum(use.cached for use in DAYS)
    saved = cached * Decimal("1.25") / 1_000_000
    found = reconciled(tmp_path, loaded, lag_hours=0)
    assert causes(found.verdict) == {"hidden_cache_discount": -saved}


def test_a_model_that_no_table_prices_is_named_and_never_zero(tmp_path, files):
    odd = log(tmp_path / "odd.jsonl", DAYS[:4], "odd", model="in-house-7b")
    bill = cost(tmp_path / "c.csv", DAYS, more=[(1, "12.5", "usd", "in-house-7b, input")])
    found = reconciled(tmp_path, [files["log"], odd, bill], lag_hours=0)
    assert causes(found.verdict) == {"unpriced_model": Decimal("12.5")}
    (row,) = [r for r in found.rows if r.model == "in-house-7b" and r.billed_pico_usd]
    assert row.priced_pico_usd is None


def test_tools_taxes_and_other_money_stand_apart(tmp_path, files):
    bill = cost(
        tmp_path / "c.csv",
        DAYS,
        more=[
            (2, "4.25", "usd", "web search tool calls | gpt-4o"),
            (2, "9", "eur", f"{'gpt-4o'}, input"),
        ],
    )
    found = reconciled(tmp_path, [files["log"], bill], lag_hours=0)
    assert causes(found.verdict) == {"tool_line_items": Decimal("4.25")}
    (other,) = found.other_money
    assert (other.currency, Decimal(other.amount), other.rows) == ("EUR", Decimal(9), 1)


@pytest.mark.parametrize("with_usage", [True, False])
def test_a_row_of_a_bill_at_9990_dollars_is_found_and_named(tmp_path, files, with_usage):
    row = (5, "9990", "usd", "gpt-4o-mini, input")
    small = log(tmp_path / "mini.jsonl", [Use(5, 66_000, 100)], "mini", model="gpt-4o-mini")
    bill = cost(tmp_path / "c.csv", DAYS, more=[row])
    loaded = [files["log"], small, bill]
    if with_usage:
        loaded.append(files["usage"])
    found = reconciled(tmp_path, loaded, lag_hours=0)
    (outlier,) = found.verdict.outliers
    assert (outlier.row, outlier.day, outlier.file) == (row[3], "2026-10-06", "c.csv")
    assert outlier.said_pico_usd == 9990 * 10**12
    assert 9_000_000_000 <= outlier.priced_pico_usd <= 11_000_000_000  # a cent of tokens
    assert causes(found.verdict)["outlier_row"] > 9989
    assert found.within is False


def test_a_bill_of_daily_totals_is_compared_by_day(tmp_path, files):
    totals = [(use.day, str(dollars([use])), "usd", "") for use in DAYS]
    found = reconciled(tmp_path, [files["log"], cost(tmp_path / "t.csv", [], more=totals)])
    assert found.verdict.residual_pico_usd == 0
    assert {row.model for row in found.rows} == {"(all models)"}


def test_a_provider_without_a_bill_is_said_and_not_judged(tmp_path, files):
    other = log(tmp_path / "o.jsonl", DAYS, "o", provider="anthropic", model="claude-opus-4-5")
    found = reconciled(tmp_path, [files["log"], other, files["cost"]], lag_hours=0)
    assert found.verdict.residual_pico_usd == 0
    assert any(note.startswith("anthropic: no bill is loaded") for note in found.notes)


def test_a_bill_that_stands_alone_is_left_out_in_money_and_not_judged(tmp_path, files):
    found = reconciled(tmp_path, [files["cost"]], lag_hours=0)
    assert found.within is None
    (left,) = found.verdict.left_out
    assert left.why == "no log"
    assert Decimal(left.said_pico_usd).scaleb(-12) == dollars(DAYS)
    assert any("stands alone" in note for note in found.notes)


def test_days_that_only_one_side_has_are_left_out_in_money(tmp_path, files):
    late = log(tmp_path / "late.jsonl", [use for use in DAYS if use.day >= 5])
    found = reconciled(tmp_path, [late, files["cost"]], lag_hours=0)
    assert found.verdict.residual_pico_usd == 0
    (left,) = found.verdict.left_out
    assert (left.why, left.last_day) == ("one side only", "2026-10-05")
    assert Decimal(left.said_pico_usd).scaleb(-12) == dollars(DAYS[:5])


def test_a_usage_export_stands_for_a_log_on_the_days_before_it_began(tmp_path, files):
    """A gateway's log began on the sixth day; the provider's exports tell of the whole time."""
    late = log(tmp_path / "late.jsonl", [use for use in DAYS if use.day >= 5])
    found = reconciled(tmp_path, [late, files["usage"], files["cost"]], lag_hours=0)
    assert found.verdict.left_out == ()
    assert found.verdict.residual_pico_usd == 0
    assert Decimal(found.verdict.said_pico_usd).scaleb(-12) == dollars(DAYS)
    gap = [use for use in DAYS if use.day not in (6, 7)]
    holed = log(tmp_path / "holed.jsonl", gap)
    found = reconciled(tmp_path, [holed, files["usage"], files["cost"]], lag_hours=0)
    assert causes(found.verdict) == {"missing_logs": dollars([DAYS[6], DAYS[7]])}


def test_a_usage_export_is_compared_on_its_own_days(tmp_path, files):
    early = usage(tmp_path / "early.csv", DAYS[:6])
    found = reconciled(tmp_path, [files["log"], early, files["cost"]], lag_hours=0)
    assert [c.residual_pico_usd for c in found.comparisons] == [0, 0]
    assert Decimal(found.comparisons[1].said_pico_usd).scaleb(-12) == dollars(DAYS[:6])


def test_a_bill_in_another_currency_is_never_read_as_dollars(tmp_path, files):
    euros = cost(tmp_path / "e.csv", [], more=[(1, "9", "eur", "gpt-4o, input")])
    found = reconciled(tmp_path, [files["log"], euros])
    assert found.verdict is None
    assert found.other_money[0].amount == "9"
    assert any("not in dollars" in note for note in found.notes)
