"""What a gateway's totals say they cost, held against their tokens at the book's prices."""

import json
from dataclasses import replace
from decimal import Decimal

from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.mapping_file import read_mapping
from analyzer.pricing.book import open_book
from analyzer.reconcile.compare import reconcile
from analyzer.store import Store
from reports.tables.reconciliation import left_out_lines
from tests.billing_files import FIRST, Use, causes, cost, dollars, log, reconciled, table, uses
from tests.golden_bills import GOLDEN

_TEAM_USERS = GOLDEN / "litellm_team_users_csv/team_user_spend_2026-09-01_to_2026-09-04.csv"


def _by_model(path, rows, spend):
    """LiteLLM's usage export: one row a day, with what it says the tokens cost."""
    lines = [
        {
            "date": f"{FIRST.replace(day=use.day + 1):%Y-%m-%d}", "entity_id": "team",
            "model": "gpt-4o", "spend": str(spend(use)), "flat_cost": "0", "api_requests": "10",
            "prompt_tokens": use.input + use.cached, "completion_tokens": use.output,
            "cache_read_input_tokens": use.cached, "cache_creation_input_tokens": 0,
        }
        for use in rows
    ]  # fmt: skip
    return table(path, lines)


def test_totals_with_a_cost_are_held_against_their_tokens(tmp_path):
    days = uses(6)
    file = _by_model(tmp_path / "usage.csv", days, lambda use: dollars([use]) * Decimal("1.1"))
    found = reconciled(tmp_path, [file])
    assert found.verdict.against == "logged cost"
    assert Decimal(found.verdict.said_pico_usd).scaleb(-12) == dollars(days) * Decimal("1.1")
    assert causes(found.verdict) == {"higher_rate": dollars(days) / 10}
    assert found.within is False


def test_totals_beside_a_log_that_holds_costs_are_the_same_dollars(tmp_path):
    days = uses(3)
    file = _by_model(tmp_path / "usage.csv", days, lambda use: dollars([use]))
    calls = [
        log(tmp_path / f"{use.day}.jsonl", [use], logged_cost=str(dollars([use]))) for use in days
    ]
    found = reconciled(tmp_path, [file, *calls])
    (said,) = [c.said_pico_usd for c in found.comparisons if c.against == "logged cost"]
    assert Decimal(said).scaleb(-12) == dollars(days)


def test_one_call_with_a_cost_repeats_only_the_totals_of_its_day(tmp_path):
    days = uses(4)
    file = _by_model(tmp_path / "usage.csv", days, lambda use: dollars([use]))
    call = log(tmp_path / "calls.jsonl", [days[1]], logged_cost=str(dollars([days[1]])))
    found = reconciled(tmp_path, [file, call])
    (said,) = [c.said_pico_usd for c in found.comparisons if c.against == "logged cost"]
    assert Decimal(said).scaleb(-12) == dollars(days)
    said = f"usage totals say again that ${dollars([days[1]]):.2f} were spent"
    assert any(said in note for note in found.notes)


def test_a_total_that_says_more_than_its_calls_is_the_one_compared(tmp_path):
    day = uses(1)[0]
    file = _by_model(tmp_path / "usage.csv", [day], lambda use: dollars([use]))
    half = replace(day, input=day.input // 2, output=0)
    call = log(tmp_path / "calls.jsonl", [half], logged_cost=str(dollars([half])))
    found = reconciled(tmp_path, [file, call])
    (said,) = [c.said_pico_usd for c in found.comparisons if c.against == "logged cost"]
    assert Decimal(said).scaleb(-12) == dollars([day])
    assert any(
        note.startswith(f"calls say again that ${dollars([half]):.2f}") for note in found.notes
    )


def test_totals_without_a_model_are_not_held_against_a_log_or_a_bill(tmp_path):
    days = uses(3)
    lines = [
        {"date": "2026-10-02", "api_key": "h", "custom_llm_provider": "openai", "spend": "5",
         "flat_cost": "0", "api_requests": "10", "prompt_tokens": 9, "completion_tokens": 9,
         "cache_read_input_tokens": 0, "model": "", "model_group": ""}
    ]  # fmt: skip
    file = table(tmp_path / "usage.csv", lines)
    alone = reconciled(tmp_path, [file, log(tmp_path / "calls.jsonl", days)])
    assert alone.comparisons == () or all(c.against != "usage export" for c in alone.comparisons)
    assert any("usage totals of 2026-10-02 name no model" in note for note in alone.notes)
    bill = cost(tmp_path / "cost.csv", days[1:2])
    billed = reconciled(tmp_path, [file, bill], lag_hours=0)
    (cause,) = {c.name: c for c in billed.verdict.causes}.values()
    assert (cause.name, cause.model) == ("unpriced_model", "(no model)")
    assert billed.within is None


def test_a_local_day_stands_on_the_day_that_it_covers_most_of(tmp_path):
    """22 of its 24 hours lie on the UTC day of its date."""
    days = [replace(use, cached=0) for use in uses(5)]
    mapping = tmp_path / "day.toml"
    mapping.write_text(
        'rows = "charges"\nperiod = "day"\n[columns]\nstart = { path = "day", offset = "+02:00" }\n'
        'provider = { constant = "openai" }\ncost = "usd"\ncurrency = { constant = "USD" }\n'
    )
    rows = [{"day": f"{FIRST.replace(day=d.day + 1):%Y-%m-%d}", "usd": dollars([d])} for d in days]
    with Store.open(tmp_path / "days.duckdb") as store:
        store.unlock_digests()
        file = table(tmp_path / "bill.csv", rows)
        ingest_file(store, file, Wish(mapping=read_mapping(mapping)))
        ingest_file(store, log(tmp_path / "log.jsonl", days))
        found = reconcile(store, open_book([]), lag_hours=0)
    assert found.verdict.residual_pico_usd == 0
    assert found.verdict.said_pico_usd == int(dollars(days).scaleb(12))


def test_a_bill_that_lost_rows_says_so(tmp_path):
    bill, database = cost(tmp_path / "cost.csv", uses(2)), tmp_path / "lost.duckdb"
    bill.write_text(bill.read_text().replace("2.5,usd", "two,usd", 1))
    _run("ingest", "--db", database, bill)
    said = _run("reconcile", "--db", database).stdout
    assert "Note: 1 of the 5 rows of cost.csv could not be read: what they cost is in no" in said


def test_local_months_of_a_bill_stand_apart(tmp_path):
    mapping = tmp_path / "month.toml"
    mapping.write_text(
        'rows = "charges"\nperiod = "month"\n[columns]\nstart = { path = "month", offset = '
        '"+02:00" }\nprovider = { constant = "openai" }\ncost = "usd"\n'
        'currency = { constant = "USD" }\n'
    )
    file = table(tmp_path / "bill.csv", [{"month": f"2026-0{n}", "usd": n} for n in (7, 8, 9)])
    with Store.open(tmp_path / "months.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, file, Wish(mapping=read_mapping(mapping)))
        found = reconcile(store, open_book([]), lag_hours=0)
    assert [(row.first_day, row.last_day) for row in found.rows] == [
        ("2026-07-01", "2026-07-31"), ("2026-08-01", "2026-08-31"), ("2026-09-01", "2026-09-30"),
    ]  # fmt: skip


def test_a_total_of_a_month_is_held_against_the_bill_of_its_days(tmp_path):
    days = uses(5)
    row = {"from": "2026-10-01", "to": "2026-10-05", "model": "gpt-4o"}
    row |= {"input": sum(use.input for use in days), "output": sum(use.output for use in days)}
    file, mapping = table(tmp_path / "month.csv", [row]), tmp_path / "month.toml"
    mapping.write_text(
        'rows = "totals"\n[columns]\nstart = "from"\nend = { path = "to", through = true }\n'
        'provider = { constant = "openai" }\nmodel = "model"\ninput_tokens = "input"\n'
        'output_tokens = "output"\n'
    )
    fresh = [replace(use, cached=0) for use in days]
    with Store.open(tmp_path / "month.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, file, Wish(mapping=read_mapping(mapping)))
        for bill in (cost(tmp_path / "cost.csv", fresh), log(tmp_path / "log.jsonl", fresh[:2])):
            ingest_file(store, bill)
        found = reconcile(store, open_book([]), lag_hours=0)
    (row, *others) = found.rows
    assert not others
    assert (row.first_day, row.last_day) == ("2026-10-01", "2026-10-05")
    assert Decimal(row.billed_pico_usd).scaleb(-12) == dollars(fresh)
    assert row.usage_pico_usd == row.billed_pico_usd
    assert causes(found.verdict) == {"missing_logs": dollars(fresh[2:])}
    assert [cause.days for cause in found.verdict.causes] == [5]


def test_a_bill_of_unpriced_tokens_with_its_tax_is_not_judged(tmp_path):
    day = replace(uses(1)[0], cached=0)
    calls = log(tmp_path / "log.jsonl", [day], model="mine-7b")
    bill = cost(
        tmp_path / "cost.csv",
        [],
        more=[(0, "5", "usd", "mine-7b, input"), (0, "1", "usd", "Sales tax")],
    )
    found = reconciled(tmp_path, [calls, bill], lag_hours=0)
    assert set(causes(found.verdict)) == {"unpriced_model", "other_charges"}
    assert found.within is None


def test_days_left_out_without_a_price_are_no_dollars(tmp_path):
    days = [replace(use, cached=0) for use in uses(4)]
    calls = log(tmp_path / "log.jsonl", days, model="mine-7b")
    bill = cost(tmp_path / "cost.csv", [], more=[(d, "5", "usd", "mine-7b, x") for d in range(4)])
    found = reconciled(tmp_path, [calls, bill])
    (left,) = found.verdict.left_out
    assert (left.said_pico_usd, left.priced_pico_usd) == (10 * 10**12, None)
    assert "no priced tokens, billed $10.00." in left_out_lines(found.verdict)[0]


def test_totals_without_a_cost_add_none(tmp_path):
    priced, silent = Use(0, 1_000, 10), Use(1, 5_000, 50)
    file = _by_model(
        tmp_path / "usage.csv",
        [priced, silent],
        lambda use: "" if use is silent else dollars([use]),
    )
    found = reconciled(tmp_path, [file])
    assert Decimal(found.verdict.priced_pico_usd).scaleb(-12) == dollars([priced])
    assert found.within is True


def test_totals_that_name_no_model_are_spent_and_not_compared(tmp_path):
    whole = [line for line in _TEAM_USERS.read_text().splitlines() if "never" not in line]
    file = tmp_path / _TEAM_USERS.name
    file.write_text("\n".join(whole))
    found = reconciled(tmp_path, [file])
    assert found.verdict.said_pico_usd == 862_345_678_901
    assert found.within is None
    (cause,) = found.verdict.causes
    assert (cause.name, cause.model) == ("unpriced_model", "(no model)")
    assert "export the usage by model" in cause.text


def _run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_a_file_without_models_is_named_as_not_simulable(tmp_path):
    database, policy = tmp_path / "x.duckdb", tmp_path / "policy.toml"
    assert _run("ingest", "--db", database, _TEAM_USERS).exit_code == 0
    told = _run("reconcile", "--db", database).stdout
    assert "Logged costs come to $0.86235, and none of the tokens has a price" in told
    policy.write_text(
        'name = "less"\n[[model_selection]]\nfeature = "*"\nfrom = "*"\nto = "gpt-4o-mini"\n'
    )
    asked = ("simulate", "--db", database, "--policy", policy)
    shown = _run(*asked).stdout
    assert "Spend a month today: not known; under the policy: not known" in shown
    assert "$0.00" not in shown
    assert json.loads(_run(*asked, "--json").stdout)["coverage"]["priced_requests"] == 0
