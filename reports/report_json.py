"""Renders every finding as one JSON object: what ``rebill report --format json`` writes.

The keys of CONTRACT.md come first, as ``rebill simulate --json`` prints them; the rest follows the
names of the frozen findings. Dollars are floats rounded to 1e-6 under ``…_usd``, and exact integers
as strings under ``…_pico_usd``; shares are whole parts per million under ``…_ppm``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from analyzer.findings import Findings
from analyzer.money import usd
from reports import json as contract
from reports import reconciliation_json

REST = ("days", "prices", "assumptions", "claims", "board", "curves", "provenance")
MONEY = "pico_usd"


def render(findings: Findings) -> str:
    """Return one JSON object, indented, in ASCII: the same bytes for the same findings."""
    rest = {name: plain(getattr(findings, name)) for name in REST}
    bill = findings.reconciliation
    reconciled = None if bill is None else reconciliation_json.report(bill)
    whole = {**contract.report(findings), **rest, "reconciliation": reconciled}
    return json.dumps(whole, indent=2, allow_nan=False)


def plain(value: object) -> object:
    """Return frozen findings as JSON's own types, money both ways."""
    if is_dataclass(value) and not isinstance(value, type):
        return dict(_fields(value))
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    return value


def _fields(record: object) -> Iterator[tuple[str, object]]:
    for field in fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if field.name.endswith(MONEY):
            yield field.name.removesuffix(MONEY) + "usd", None if value is None else usd(value)
            yield field.name, None if value is None else str(value)
        else:
            yield field.name, plain(value)
