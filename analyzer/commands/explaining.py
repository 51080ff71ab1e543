"""How ``rebill ingest --explain`` spells the way a file is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING

from analyzer.commands.accounts import spell_time

if TYPE_CHECKING:
    from analyzer.ingest.explain import Explanation

_COUNTS = {
    "inclusive": "input_tokens holds cached and written tokens (inclusive)",
    "exclusive": "input_tokens leaves out cached and written tokens (exclusive): they are added",
}


def explanation_json(found: Explanation) -> dict[str, object]:
    """Return an explanation as it stands in ``rebill ingest --explain --json``."""
    spelled = asdict(found)
    spelled["rows"] = [{"line": line, **_spelled(row)} for line, row in found.rows]
    return spelled


def spell_explanation(found: Explanation) -> str:
    """Spell an explanation as the lines a person reads."""
    return "\n".join(_lines(found))


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.file}: {found.format} ({found.title}), {found.looks}"
    yield f"  because {found.why}"
    aside = f" + set aside {found.set_aside:,}" if found.set_aside else ""
    yield (
        f"  rows in {found.rows_in:,} = readable {found.readable:,} + rejects {found.rejects:,}"
        f"{aside}; nothing was loaded"
    )
    yield from (f"  line {reject.line}: {reject.reason}" for reject in found.reasons)
    yield from (f"  note: {note}" for note in found.notes)
    yield "  columns, where they are read from, and in how many rows:"
    yield from _columns(found)
    if found.counts:
        yield f"  {_COUNTS[found.counts]}"
    yield from _examples(found)
    if found.readable and found.cannot:
        yield "  what this log cannot tell:"
        yield from (f"    {said}" for said in found.cannot)


def _columns(found: Explanation) -> Iterator[str]:
    width = max(len(read.column) for read in found.columns) if found.columns else 0
    for read in found.columns:
        unit = f" ({read.unit})" if read.unit else ""
        yield f"    {read.column:<{width}}  {read.rows:>9,}  {read.source}{unit}"


def _examples(found: Explanation) -> Iterator[str]:
    if not found.rows:
        return
    yield "  the first rows as they would be stored (keys are digests, other in each database):"
    for line, row in found.rows:
        spelled = ", ".join(f"{name} {value}" for name, value in _spelled(row).items())
        yield f"    line {line}: {spelled}"


def _spelled(row: Mapping[str, str | int | bool]) -> dict[str, object]:
    """Spell times and money; leave out counts that are 0 and flags that are false."""
    shown: dict[str, object] = {}
    for name, value in row.items():
        if name in ("ts_us", "start_us", "end_us"):
            shown[name.removesuffix("_us")] = spell_time(int(value))
        elif name.endswith("_pico"):
            shown[name.removesuffix("_pico") + "_usd"] = f"{Decimal(int(value)).scaleb(-12):f}"
        elif value not in (0, False) or name in ("input_tokens", "output_tokens"):
            shown[name] = value
    return shown
