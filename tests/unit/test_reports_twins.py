"""Markdown, CSV, JSON and the comparison: the same findings as the page, in other clothes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from urllib.parse import unquote

import pytest

from analyzer.findings import Findings
from reports import appendix, compared_page, html, markdown, report_json
from reports import json as contract
from reports.downloads import downloads
from tests import findings_example as example
from tests import report_page

CASES = (
    example.example,
    example.hostile,
    example.one_feature,
    example.no_saving,
    example.zero_saving,
    example.added_cost,
    example.one_day,
    example.one_moment,
    example.empty_log,
)
USD = Decimal(10**12)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def table(found: Findings, name: str) -> list[dict[str, str]]:
    (one,) = (t for t in appendix.tables(found) if t.name == name)
    return rows(appendix.to_csv(one))


@pytest.mark.parametrize("make", CASES)
def test_every_case_renders_in_every_format(make: Callable[[], Findings]) -> None:
    found = make()
    assert markdown.render(found).startswith("# What ")
    assert json.loads(report_json.render(found))["policy"] == found.policy
    assert appendix.all_rows(appendix.tables(found)).startswith("table,row,column,value")


def test_the_markdown_says_what_the_page_says() -> None:
    found = example.example()
    text, page = markdown.render(found), report_page.text(html.render(found))
    for figure in ("$144,000 to $160,000", "$13,746", "$1,097", "Whether to put"):
        assert figure in text
        assert figure in page
    wanted = [
        " ".join(f"{cell}".split()) for cell in page.splitlines() if cell.startswith("Leave out")
    ]
    assert wanted
    assert all(line in text for line in wanted)


def test_markdown_tables_have_equal_rows() -> None:
    for block in markdown.render(example.hostile()).split("\n\n"):
        if block.startswith("|"):
            bars = {line.replace("\\|", "").count("|") for line in block.splitlines()}
            assert len(bars) == 1, block[:200]


def test_names_stay_text_in_markdown() -> None:
    text = markdown.render(example.hostile())
    assert "<script" not in text.replace("\\<", "")
    assert "](" not in text.replace("\\]", "")
    assert "\\<b\\>bold\\</b\\> \\&amp;" in text
    assert "{{7\\*7}} ${7\\*7} %{x}" in text


def test_csv_tables_add_up_to_the_bill() -> None:
    found = example.example()
    steps = table(found, "steps")
    for step in found.steps:
        spent = sum(Decimal(row["usd"]) for row in steps if row["after"] == step.lever)
        assert spent == Decimal(step.total.pico_usd) / USD
    days = table(found, "days")
    assert sum(Decimal(d["after_usd"]) for d in days) == Decimal(found.after_pico_usd) / USD
    shares = table(found, "lever-features")
    saved = sum(Decimal(row["shapley_usd"]) for row in shares)
    assert saved == Decimal(found.saving_pico_usd) / USD


def test_no_csv_cell_starts_like_a_formula() -> None:
    found = example.hostile()
    for made in (
        appendix.all_rows(appendix.tables(found)),
        *map(appendix.to_csv, appendix.tables(found)),
    ):
        for row in csv.reader(StringIO(made)):
            for cell in row:
                numeric = cell.lstrip("-").replace(".", "").isdecimal()
                assert numeric or not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%")), cell
    names = {row["feature"] for row in table(found, "steps")}
    assert "'=cmd|'/C calc'!A0" in names
    assert "<script>alert(1)</script>" in names


def test_each_download_is_the_csv_it_names() -> None:
    found = example.hostile()
    files = {file.name: file for file in downloads(found)}
    for made in appendix.tables(found):
        file = files[f"rebill-{made.name}.csv"]
        kind, _, content = file.url.partition(",")
        assert kind == "data:text/csv;charset=utf-8"
        assert unquote(content).removeprefix("\ufeff") == appendix.to_csv(made)
        assert not set(file.url) & set("<>\"' \n#")


def test_the_json_report_holds_the_contract_and_the_rest() -> None:
    found = example.example()
    whole = json.loads(report_json.render(found))
    kept = json.loads(contract.render(found))
    assert {key: whole[key] for key in kept} == kept
    assert whole["board"]["paybacks"][0]["basis"] == "whole"
    first = whole["days"][0]
    assert Decimal(first["before_pico_usd"]) == found.days[0].before_pico_usd
    assert abs(first["before_usd"] - found.days[0].before_pico_usd / 10**12) <= 5e-7


def test_two_policies_stand_side_by_side() -> None:
    cautious = replace(example.example(), policy="cautious")
    bold = replace(example.build(example.MONTH, levers=example.LEVERS), policy="=bold")
    page = compared_page.to_html((cautious, bold))
    assert page.count("<script") == 1
    read = report_page.table(page, "The policies")
    assert [cell[0] for cell in read[0][1:]] == ["cautious", "=bold"]
    assert "<section" in page
    assert "| Under the policy | $1,117 | $1,117 |" in compared_page.to_markdown((cautious, bold))
    assert len(json.loads(compared_page.to_json((cautious, bold)))["policies"]) == 2
    made = rows(compared_page.to_csv((cautious, bold)))
    assert {row["policy"] for row in made} == {"cautious", "'=bold"}


def test_two_policies_of_one_name_are_numbered_and_dates_are_told() -> None:
    one = example.example()
    other = replace(one, price_date="2026-12-01")
    text = compared_page.to_markdown((one, other))
    assert "field notes (1)" in text
    assert "field notes (2)" in text
    assert "2026-11-01, 2026-12-01" in text
