"""Spells what ingest makes of a fixture as a person reads a bill; run it to write the goldens.

python -m tests.golden_bills          writes tests/golden/<format>/<file>.golden anew
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from analyzer.commands.accounts import spell_account, spell_time
from analyzer.ingest.load import ingest_file
from analyzer.store import Store

GOLDEN = Path(__file__).parent / "golden"
_ORDERS = {
    "requests": "ts_us, request_id",
    "usage_buckets": "start_us, model, service_tier",
    "charges": "start_us, line_item, cost_pico",
}


def fixtures() -> list[Path]:
    """Every fixture, beside its golden."""
    files = (path for path in GOLDEN.glob("*/*") if path.is_file())
    return sorted(path for path in files if path.suffix != ".golden")


def bill(path: Path) -> str:
    """Ingest a fixture into a new database and spell the account and every row."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "x.duckdb") as store:
        store.unlock_digests()
        account = spell_account(ingest_file(store, path))
        rejects = [
            f"rejected line {line}: {why}"
            for line, why in store.rows("SELECT line, reason FROM rejects ORDER BY line")
        ]
        blocks = [account, *rejects]
        for table, order in _ORDERS.items():
            rows = store.rows(f"SELECT * FROM {table} ORDER BY {order}")
            names = [name for name, _ in store.describe(f"SELECT * FROM {table}")]
            letters: dict[tuple[str, int], str] = {}
            spelled = [dict(zip(names, row, strict=True)) for row in rows]
            blocks += ["\n".join(_row(row, letters)) for row in spelled]
    return "\n\n".join(blocks) + "\n"


def _row(row: dict[str, object], letters: dict[tuple[str, int], str]) -> Iterator[str]:
    """One row: its name first, then what is worth a line. Digests are spelled as letters."""
    title = row.get("request_id") or row.get("line_item") or row["model"] or "(no line item)"
    yield str(title)
    for name, value in row.items():
        if name in ("request_id", "source_id", "natural_key", "names_key"):
            continue
        shown = _shown(name, value, letters)
        if shown is not None:
            yield f"  {name:<22} {shown}"


def _shown(name: str, value: object, letters: dict[tuple[str, int], str]) -> str | None:
    if value is None or (value is False and name != "ok"):
        return None
    if name.endswith(("ts_us", "start_us", "end_us")):
        return spell_time(int(str(value)))
    if name.endswith("_pico"):
        return f"${Decimal(int(str(value))).scaleb(-12):f}"
    if name.endswith("_key"):
        same = [key for key in letters if key[0] == name]
        return letters.setdefault((name, int(str(value))), chr(ord("A") + len(same)))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if value else None
    return re.sub(r"redacted-[0-9a-f]{16}", "redacted-(digest)", str(value))


if __name__ == "__main__":
    for fixture in fixtures():
        fixture.with_name(f"{fixture.name}.golden").write_text(bill(fixture), encoding="utf-8")
