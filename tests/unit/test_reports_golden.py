"""The whole report as text, line by line: a change of wording or rounding shows up in review.

To accept a change: ``python -m tests.unit.test_reports_golden``, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

from reports import markdown
from tests import findings_example as example

GOLDEN = Path(__file__).parents[1] / "golden_reports" / "field-notes.md"


def test_the_report_reads_as_it_did() -> None:
    assert markdown.render(example.example()) == GOLDEN.read_text(encoding="utf-8")


if __name__ == "__main__":
    GOLDEN.write_text(markdown.render(example.example()), encoding="utf-8")
