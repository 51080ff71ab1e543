"""Writes small logs and billing exports with invented numbers, for the tests of reconciliation."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from analyzer.ingest.load import ingest_file
from analyzer.pricing.book import open_book
from analyzer.reconcile.compare import reconcile
from analyzer.reconciled import Comparison, Reconciliation
from analyzer.store import Store

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
SNAPSHOT = "gpt-4o-2024-08-06"
PER_MTOK = {"input": Decimal("2.5"), "cached input": Decimal("1.25"), "output": Decimal(10)}


@dataclass(frozen=True)
class Use:
    """The tokens of gpt-4o on one day; ``input`` leaves out cached tokens."""

    day: int
    input: int
    output: int
    cached: int = 0

    @property
    def tokens(self) -> dict[str, int]:
        return {"input": self.input, "cached input": self.cached, "output": self.output}


def uses(days: int) -> list[Use]:
    """Days with different tokens, so that no ratio holds by chance."""
    return [Use(d, 1_000_000 + 37_001 * (d * d % 7), 90_000 + 7_777 * (d % 3), 50_000 * (d % 4))
            for d in range(days)]  # fmt: skip


def log(path: Path, rows: Iterable[Use], name: str = "call", **more: object) -> Path:
    """A canonical log: one call a day."""
    lines = []
    for use in rows:
        at = FIRST + timedelta(days=use.day, hours=9)
        lines.append(
            {
                "request_id": f"{name}-{use.day}", "ts": at.isoformat(), "provider": "openai",
                "model": "gpt-4o", "input_tokens": use.input + use.cached,
                "cached_input_tokens": use.cached, "output_tokens": use.output, **more,
            }
        )  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def usage(path: Path, rows: Iterable[Use], batch: str = "False") -> Path:
    """OpenAI's usage export."""
    out = []
    for use in rows:
        start, end = _seconds(use.day)
        out.append(
            {
                "start_time": start, "end_time": end, "start_time_iso": "", "end_time_iso": "",
                "project_id": "proj_x", "num_model_requests": 1.0, "model": SNAPSHOT,
                "batch": batch, "service_tier": "default",
                "input_tokens": float(use.input + use.cached), "output_tokens": float(use.output),
                "input_cached_tokens": float(use.cached),
                "input_uncached_tokens": float(use.input),
            }
        )  # fmt: skip
    return table(path, out)


def cost(
    path: Path,
    rows: Iterable[Use],
    share: str = "1",
    more: Iterable[tuple[int, str, str, str]] = (),
) -> Path:
    """OpenAI's cost export; ``more`` are rows of (day, dollars, currency, line item)."""
    lines = [
        (use.day, PER_MTOK[kind] * n * Decimal(share) / 1_000_000, "usd", f"{SNAPSHOT}, {kind}")
        for use in rows
        for kind, n in use.tokens.items()
        if n
    ]
    out = []
    for day, amount, currency, item in [*lines, *more]:
        start, end = _seconds(day)
        out.append(
            {
                "start_time": start, "end_time": end, "start_time_iso": "", "end_time_iso": "",
                "amount_value": amount, "amount_currency": currency, "line_item": item,
                "project_id": "",
            }
        )  # fmt: skip
    return table(path, out)


def table(path: Path, rows: list[dict[str, object]]) -> Path:
    """A CSV of rows that share their columns."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def reconciled(
    folder: Path, files: Iterable[Path], prices: Iterable[Path] = (), **asked: int
) -> Reconciliation:
    """Load files into a new database and reconcile it; the causes must sum to the residual."""
    database = folder / f"r{len(list(folder.glob('*.duckdb')))}.duckdb"
    with Store.open(database) as store:
        store.unlock_digests()
        for file in files:
            account = ingest_file(store, file)
            assert not account.rejects, account.reasons
        found = reconcile(store, open_book([str(p) for p in prices]), **asked)
    for compared in found.comparisons:
        assert sum(c.pico_usd for c in compared.causes) == compared.residual_pico_usd
    return found


def causes(compared: Comparison | None) -> dict[str, Decimal]:
    """The dollars of each cause by its name."""
    assert compared is not None
    sums: dict[str, Decimal] = {}
    for cause in compared.causes:
        sums[cause.name] = sums.get(cause.name, Decimal(0)) + Decimal(cause.pico_usd).scaleb(-12)
    return sums


def dollars(rows: Iterable[Use]) -> Decimal:
    """What tokens cost at list price."""
    return sum(
        (PER_MTOK[kind] * n / 1_000_000 for use in rows for kind, n in use.tokens.items()),
        Decimal(0),
    )


def _seconds(day: int) -> tuple[int, int]:
    start = int((FIRST + timedelta(days=day)).timestamp())
    return start, start + 86_400
