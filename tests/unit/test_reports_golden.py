"""The whole report as text, line by line: a change of wording or rounding shows up in review.

To accept a change: ``python -m tests.unit.test_reports_golden``, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import appendix, markdown, report_json
from tests import findings_example as example

GOLDEN = Path(__file__).parents[1] / "golden_reports"


def golden() -> dict[str, str]:
    """Return every golden file's text as it is made today: words, the model, the tables."""
    small = example.one_feature()
    return {
        "field-notes.md": markdown.render(example.example()),
        "one-feature.json": report_json.render(small) + "\n",
        "one-feature.csv": appendix.all_rows(appendix.tables(small)).replace("\r\n", "\n"),
    }


@pytest.mark.parametrize("name", golden())
def test_the_report_reads_as_it_did(name: str) -> None:
    assert golden()[name] == (GOLDEN / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    for name, text in golden().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
