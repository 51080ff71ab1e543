"""Reports of usage totals: sentences about requests make sense where nobody counted them."""

from dataclasses import replace

import pytest

from analyzer.findings import SameMoney
from reports import html, markdown, text
from tests import findings_example as example
from tests import report_page

RENDERERS = {
    "text": lambda found: text.render(found, width=100),
    "html": html.render,
    "markdown": markdown.render,
}


def with_coverage(**changes):
    found = example.one_feature()
    return replace(found, coverage=replace(found.coverage, **changes))


def shown(form, found):
    return " ".join(RENDERERS[form](found).split())


@pytest.mark.parametrize("form", RENDERERS)
def test_totals_without_a_count_are_not_called_no_requests(form):
    found = with_coverage(
        requests=0, priced_requests=0, bucket_requests=0, buckets=31, uncounted_buckets=31
    )
    page = shown(form, found)
    assert "31 usage totals that do not count requests" in page
    assert "days, 0 requests" not in page
    assert "Nothing can be decided" not in page


@pytest.mark.parametrize("form", RENDERERS)
def test_counted_totals_say_how_they_are_known(form):
    page = shown(form, with_coverage(requests=900, bucket_requests=900, buckets=31))
    assert "900 requests known as 31 usage totals" in page
    page = shown(form, with_coverage(requests=900, bucket_requests=400, buckets=31))
    assert "900 requests, some of them known as 31 usage totals" in page


def test_files_that_tell_the_same_money_are_named():
    told = SameMoney("requests", ("log.jsonl",), ("<b>usage.csv",), 31)
    found = with_coverage(same_money=told)
    assert "requests in log.jsonl are the same money, told twice" in shown("text", found)
    page = html.render(found)
    assert "&lt;b&gt;usage.csv" in page
    assert "<b>usage.csv" not in page


def test_the_method_speaks_of_totals_only_where_there_are_some():
    assert "Usage totals of a provider" in html.render(with_coverage(buckets=31))
    assert "Usage totals of a provider" not in html.render(with_coverage())


def test_unpriced_totals_without_a_count_are_counted_in_tokens():
    found = example.example()
    unpriced = tuple(replace(model, requests=0) for model in found.coverage.unpriced)
    found = replace(found, coverage=replace(found.coverage, unpriced=unpriced))
    tokens = f"{sum(model.tokens for model in unpriced):,} tokens of models without a known price"
    assert tokens in shown("text", found)


def test_the_potential_saving_is_the_one_that_every_other_table_adds_up_to() -> None:
    found = example.build({"a": (124_990_400_000_000, (118_134_900_000_000,))}, levers=("caching",))
    page = html.render(found)
    kinds = {row[0][0]: row[2][0] for row in report_page.table(page, "Realised, committed")[1:]}
    assert kinds["Potential"] == report_page.table(page, "Rate and usage")[-1][2][0]
    assert kinds["Committed"] == "\N{EN DASH}"


@pytest.mark.parametrize("form", RENDERERS)
def test_dollars_that_nobody_knows_are_never_none(form):
    found = example.build({"chat": (0, (0,))}, levers=("caching",))
    coverage = replace(found.coverage, requests=100, priced_requests=0, tagged_pico_usd=0)
    unknown = replace(
        found, coverage=coverage, billed_pico_usd=0, prices=(), claims=(), reconciliation=None
    )
    words = shown(form, unknown)
    if form == "html":
        words = report_page.text(RENDERERS[form](unknown))
    assert "not known" in words
    assert "No request of this log has a known price" in words
    assert "$0" not in words
