"""Renders a reconciliation as the JSON object that ``rebill reconcile --json`` prints."""

from __future__ import annotations

import json

from analyzer.money import usd
from analyzer.reconciled import Comparison, ReconciledRow, Reconciliation
from reports.tables.reconciliation import verdict


def render(found: Reconciliation) -> str:
    """Return one JSON object, indented, in ASCII.

    Dollars are floats rounded to 1e-6; ``pico_usd`` fields are the exact integers as strings, and
    null where a side says nothing.
    """
    return json.dumps(report(found), indent=2, allow_nan=False)


def report(found: Reconciliation) -> dict[str, object]:
    """Return the same as a dictionary."""
    return {
        "verdict": _verdict(found),
        "tolerance_percent": found.tolerance_ppm / 10_000,
        "lag_hours": found.lag_hours,
        "comparisons": [_comparison(c, found.tolerance_ppm) for c in found.comparisons],
        "rows": [_row(row) for row in found.rows],
        "other_currencies": [
            {"provider": m.provider, "currency": m.currency, "rows": m.rows, "amount": m.amount}
            for m in found.other_money
        ],
        "notes": list(found.notes),
    }


def _verdict(found: Reconciliation) -> dict[str, object]:
    compared = found.verdict
    return {
        "against": compared.against if compared else None,
        "within": found.within,
        "residual_usd": usd(compared.residual_pico_usd) if compared else None,
        "unexplained_usd": usd(compared.unexplained_pico_usd) if compared else None,
        "text": verdict(found),
    }


def _comparison(compared: Comparison, tolerance_ppm: int) -> dict[str, object]:
    said = compared.said_pico_usd
    return {
        "against": compared.against,
        "within": compared.within(tolerance_ppm),
        **_money("said", said),
        **_money("priced", compared.priced_pico_usd),
        **_money("residual", compared.residual_pico_usd),
        "residual_percent": round(compared.residual_pico_usd / abs(said) * 100, 4)
        if said
        else None,
        "causes": [
            {
                "name": cause.name,
                "provider": cause.provider,
                "model": cause.model,
                "usd": usd(cause.pico_usd),
                "pico_usd": str(cause.pico_usd),
                "days": cause.days,
                "text": cause.text,
            }
            for cause in compared.causes
        ],
        "outliers": [
            {
                "row": row.row,
                "file": row.file,
                "provider": row.provider,
                "model": row.model,
                "day": row.day,
                **_money("said", row.said_pico_usd),
                **_money("priced", row.priced_pico_usd),
            }
            for row in compared.outliers
        ],
        "left_out": [
            {
                "why": left.why,
                "provider": left.provider,
                "first_day": left.first_day,
                "last_day": left.last_day,
                **_money("said", left.said_pico_usd),
                **_money("priced", left.priced_pico_usd),
            }
            for left in compared.left_out
        ],
    }


def _row(row: ReconciledRow) -> dict[str, object]:
    return {
        "provider": row.provider,
        "model": row.model,
        "first_day": row.first_day,
        "last_day": row.last_day,
        **_money("logged", row.logged_pico_usd),
        **_money("priced", row.priced_pico_usd),
        **_money("usage", row.usage_pico_usd),
        **_money("billed", row.billed_pico_usd),
        "compared": row.compared,
    }


def _money(name: str, pico_usd: int | None) -> dict[str, object]:
    known = pico_usd is not None
    return {
        f"{name}_usd": usd(pico_usd) if pico_usd is not None else None,
        f"{name}_pico_usd": str(pico_usd) if known else None,
    }
