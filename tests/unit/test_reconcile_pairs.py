"""Pairs of the shapes that consoles really export, and what a log itself says its calls cost."""

from decimal import Decimal

import pytest

from tests.billing_files import Use, causes, dollars, log, reconciled, table, uses


def test_anthropics_tokens_and_costs_agree_but_for_the_rounding_to_cents(tmp_path):
    """Ids in one file, display names in the other; exclusive counts; cents."""
    day = {"usage_date_utc": "2026-02-03", "workspace": "Default", "api_key": "bot"}
    counts = {
        "usage_input_tokens_no_cache": 57,
        "usage_input_tokens_cache_write_5m": 211_040,
        "usage_input_tokens_cache_write_1h": 0,
        "usage_input_tokens_cache_read": 2_904_311,
        "usage_output_tokens": 41_209,
    }
    tokens = table(
        tmp_path / "claude_api_tokens_2026_02.csv",
        [{**day, "model_version": "claude-opus-4-5-20251101", "usage_type": "standard",
          "context_window": "\u2264 200k", **counts, "web_search_count": 0}],
    )  # fmt: skip
    lines = {
        "input_no_cache": "0.00",
        "input_cache_write_5m": "1.32",
        "input_cache_read": "1.45",
        "output": "1.03",
    }
    costs = table(
        tmp_path / "claude_api_cost_2026_02.csv",
        [{**day, "model": "Claude Opus 4.5", "usage_type": "message",
          "context_window": "\u2264 200k", "token_type": kind, "cost_usd": usd,
          "cost_type": "token"} for kind, usd in lines.items()],
    )  # fmt: skip
    found = reconciled(tmp_path, [tokens, costs], lag_hours=0)
    exact = (57 * 5 + 211_040 * Decimal("6.25") + 2_904_311 * Decimal("0.5") + 41_209 * 25) / 10**6
    assert causes(found.verdict) == {"rounding": Decimal("3.80") - exact}
    assert {row.model for row in found.rows} == {"claude-opus-4-5"}
    assert found.within is True


def test_a_logged_cost_that_is_a_tenth_higher_is_a_higher_rate(tmp_path):
    """A region's uplift: 1.10 times the book's price on every row."""
    days = uses(6)
    logs = [
        log(tmp_path / f"{use.day}.jsonl", [use], logged_cost=str(dollars([use]) * Decimal("1.1")))
        for use in days
    ]
    found = reconciled(tmp_path, logs)
    assert found.verdict.against == "logged cost"
    assert causes(found.verdict) == {"higher_rate": dollars(days) / 10}
    assert "10% above" in found.verdict.causes[0].text


def test_cache_writes_that_a_log_has_no_count_of_are_named(tmp_path):
    """A gateway that bills written tokens at 1.25 times the input, and counts none of them."""
    logs, premium = [], Decimal(0)
    for day, (fresh, output, written) in enumerate([(14_100, 120, 13_000), (36_200, 610, 9_000)]):
        listed = (fresh * Decimal(5) + output * 25) / 10**6
        extra = written * Decimal("1.25") / 10**6
        premium += extra
        logs.append(
            log(tmp_path / f"{day}.jsonl", [Use(day, fresh, output)], provider="anthropic",
                model="claude-opus-4-5", logged_cost=str(listed + extra))
        )  # fmt: skip
    found = reconciled(tmp_path, logs)
    assert causes(found.verdict) == {"hidden_cache_writes": premium}


def test_the_request_logged_at_9990_dollars_is_found_and_named(tmp_path):
    days = uses(6)
    logs = [
        log(tmp_path / f"{use.day}.jsonl", [use], logged_cost=str(dollars([use]))) for use in days
    ]
    odd = Use(3, 3_900, 25)  # a cent of tokens
    logs.append(log(tmp_path / "odd.jsonl", [odd], "odd", logged_cost="9990"))
    found = reconciled(tmp_path, logs)
    (outlier,) = found.verdict.outliers
    assert (outlier.row, outlier.file, outlier.day) == ("odd-3", "odd.jsonl", "2026-10-04")
    assert outlier.said_pico_usd == 9990 * 10**12
    assert outlier.priced_pico_usd == 10_000_000_000
    assert causes(found.verdict) == {"outlier_row": Decimal("9989.99")}


@pytest.mark.parametrize(
    ("more", "cause"),
    [({"logged_cost": "0"}, "logged_at_zero"), ({"logged_cost": "0", "status": "500"},
     "failed_calls")],
)  # fmt: skip
def test_calls_logged_at_nothing_are_named(tmp_path, more, cause):
    days = uses(4)
    logs = [
        log(tmp_path / f"{use.day}.jsonl", [use], logged_cost=str(dollars([use]))) for use in days
    ]
    logs.append(log(tmp_path / "zero.jsonl", days[:2], "zero", **more))
    found = reconciled(tmp_path, logs)
    assert causes(found.verdict) == {cause: -dollars(days[:2])}


def test_logged_costs_in_six_decimals_are_the_same_but_for_rounding(tmp_path):
    days = [Use(0, 333_333, 1), Use(1, 77_777, 3)]
    logs = [log(tmp_path / f"{u.day}.jsonl", [u], logged_cost=f"{dollars([u]):.6f}") for u in days]
    assert set(causes(reconciled(tmp_path, logs).verdict)) <= {"rounding"}


def test_a_log_without_costs_and_without_a_bill_has_nothing_to_compare(tmp_path):
    found = reconciled(tmp_path, [log(tmp_path / "l.jsonl", uses(2))])
    assert found.verdict is None
    assert found.within is None
    assert len(found.rows) == 2


def test_calls_that_a_cache_answered_cost_nothing_on_either_side(tmp_path):
    days = uses(3)
    paid = log(tmp_path / "l.jsonl", days, logged_cost=None)
    free = log(tmp_path / "f.jsonl", days, "hit", served_from_cache=True, logged_cost="0")
    assert reconciled(tmp_path, [paid, free]).comparisons == ()
