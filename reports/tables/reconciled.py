"""The report's section on reconciliation: is the baseline the money that was really paid?"""

from __future__ import annotations

from analyzer.findings import Findings
from analyzer.reconciled import Comparison, Outlier, Reconciliation
from reports import spelling
from reports.grid import Grid, Section
from reports.tables import reconciliation as tables

_NOTHING = (
    "Nothing was reconciled: no bill is loaded, and the log holds no costs of its own. Load the "
    "provider's cost export of the same days beside the log."
)
_MOST_OUTLIERS = 10


def reconciliation_section(findings: Findings) -> Section:
    """Return what a report's findings say of the bill."""
    return section_of(findings.reconciliation)


def section_of(found: Reconciliation | None) -> Section:
    """Return the verdict, the named causes, and the sides by model."""
    if found is None or found.verdict is None:
        return Section("reconciliation", "Reconciled with the bill", (_NOTHING,))
    others = found.comparisons[1:]
    said = (
        tables.verdict(found),
        *tables.left_out_lines(found.verdict),
        *(f"Outlier: {tables.outlier_line(row)}" for row in _outliers(found)),
        *(tables.sentence(compared, found.tolerance_ppm) for compared in others),
        *tables.other_money_lines(found),
        *(f"{spelling.visible(note)}." for note in found.notes),
    )
    causes = tuple(_cause_grid(compared) for compared in found.comparisons if compared.causes)
    sides = (_side_grid(found),) if tables.model_rows(found) else ()
    return Section("reconciliation", "Reconciled with the bill", said, (*causes, *sides))


def _outliers(found: Reconciliation) -> tuple[Outlier, ...]:
    rows = dict.fromkeys(row for compared in found.comparisons for row in compared.outliers)
    return tuple(rows)[:_MOST_OUTLIERS]


def _cause_grid(compared: Comparison) -> Grid:
    rows = tables.cause_rows(compared)
    return Grid(
        name=f"causes-{compared.against.replace(' ', '-')}",
        title=f"What stands between the tokens and the {compared.against}",
        note="Dollars above the tokens' cost at the book's prices; below it where negative.",
        columns=("Cause", "Where", "Dollars", "Days", "What it is"),
        rows=tuple((row.name, row.where, row.amount, row.days, row.text) for row in rows),
        words=frozenset({1, 4}),
        wide=True,
    )


def _side_grid(found: Reconciliation) -> Grid:
    *rows, total = (
        (f"{row.provider}/{row.model}" if row.model else row.provider, *row.figures)
        for row in tables.model_rows(found)
    )
    return Grid(
        name="sides",
        title="Logged, priced and billed",
        note="Days that are compared. Logged cost: what the log, or a gateway's total, says. The "
        "log's tokens, and those of the provider's usage export, stand at the book's prices. An en "
        "dash is no word on it, not zero.",
        columns=(
            "Provider and model",
            "Logged cost",
            "Log\u2019s tokens",
            "Export\u2019s tokens",
            "Billed",
            "Billed less tokens",
        ),
        rows=tuple(rows),
        total=total,
        wide=True,
    )
