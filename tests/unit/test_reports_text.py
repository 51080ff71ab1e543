"""The terminal report: plain, uncut, and unable to drive the terminal it is printed on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

import pytest

from reports import text
from tests import findings_example as example

STEP = re.compile(r"^(\S+|\(no name\)) +((?:-?\$[\d,.]+ *)+)$")


def _amounts(lines: Iterator[str]) -> Iterator[tuple[str, list[Decimal]]]:
    for line in lines:
        if match := STEP.match(line):
            yield match[1], [Decimal(a.replace("$", "").replace(",", "")) for a in match[2].split()]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_features_foot_to_the_total_at_every_width(width: int) -> None:
    shown = text.render(example.example(), width=width)
    block = shown[shown.index("Spend by feature") : shown.index("Saving by lever")]
    columns = 0
    parts: list[list[Decimal]] = []
    for name, amounts in _amounts(iter(block.splitlines())):
        if name != "Total":
            parts.append(amounts)
            continue
        assert [sum(column) for column in zip(*parts, strict=True)] == amounts
        columns += len(amounts)
        parts = []
    assert columns == len(example.LEVERS) + 2


@pytest.mark.parametrize("width", [40, 80, 100])
def test_no_line_is_wider_than_asked(width: int) -> None:
    for found in (example.example(), example.added_cost(), example.one_moment()):
        assert max(map(len, text.render(found, width=width).splitlines())) <= width


def test_nothing_from_a_log_reaches_the_terminal_as_a_control() -> None:
    shown = text.render(example.hostile(), width=100)
    controls = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf")} - {"\n", "\u200d"}
    assert controls == set()
    assert "\\x1b[31m" in shown
    assert "{{7*7}} ${7*7} %{x}" in shown


def test_plain_text_has_no_styles_and_styled_text_has() -> None:
    assert "\x1b[" not in text.render(example.example(), width=80)
    assert "\x1b[1" in text.render(example.example(), width=80, styled=True)


def test_it_says_the_same_as_the_page() -> None:
    shown = " ".join(text.render(example.example(), width=100).split())
    for phrase in (
        "Annual saving, P10 to P90: $144,000 to $160,000",
        "Spend a month today: $13,746; under the policy: $1,097",
        "No price: acme/in-house-7b, 1,190 requests, 902,118 tokens.",
        "Not replayed: Caching for code_review: no prompt_key.",
        "ARITHMETIC ERROR:",
        "which is no saving",
    ):
        assert phrase in shown


def test_odd_logs_render() -> None:
    assert "No month or year is projected" in text.render(example.one_day(), width=80)
    assert "Nothing to decide" in text.render(example.zero_saving(), width=80)
    assert "-$868 to -$781" in text.render(example.added_cost(), width=80)
    assert "Total" in text.render(example.empty_log(), width=80)
    assert text.render(example.many_features(), width=80).count("team_499/feature") >= 2
