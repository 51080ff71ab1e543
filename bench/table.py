"""What benchmarks say: rows of a Markdown table, printed, and on request kept in the README."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import described

README = Path(__file__).with_name("README.md")
TARGET_SIZE = 10_000_000
"""The size that limits of seconds are set for."""
_HEAD = "| what | measured | CPU | target | met |\n| --- | --: | --: | --: | --- |"


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for."""

    folder: Path
    """Where generated logs and their databases are kept between runs."""
    sizes: tuple[int, ...]
    """Requests, ascending."""
    repeat: int
    """How often each side is measured; medians are told."""

    @property
    def size(self) -> int:
        """The largest size, or 10 million: of more, only `simulate` keeps out of memory."""
        return min(self.sizes[-1], TARGET_SIZE)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and the target it is held against, if any."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None
    cpu: str = ""
    """The same in CPU seconds, user and system of all threads: see the README."""

    def __str__(self) -> str:
        met = {None: "", True: "yes", False: "**no**"}[self.met]
        return f"| {self.what} | {self.measured} | {self.cpu} | {self.target} | {met} |"


def at_most(what: str, value: float, limit: float, unit: str, cpu: str = "") -> Row:
    """Return a row whose target is an upper limit."""
    return Row(what, f"{_short(value)} {unit}", f"≤ {_short(limit)} {unit}", value <= limit, cpu)


def at_least(what: str, ratio: float, limit: float, cpu: str = "") -> Row:
    """Return a row whose target is a factor."""
    return Row(what, f"{ratio:,.3g}x", f"≥ {limit:,.0f}x", ratio >= limit, cpu)


def seconds(value: float) -> str:
    """Spell seconds."""
    return f"{_short(value)} s"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(rows: Iterable[Row], others: tuple[str, ...] = ()) -> str:
    """Return rows under their machine and day. Rows may be measured while they are listed."""
    before = os.getloadavg()[0]
    lines = "\n".join(map(str, rows))
    day = datetime.now(UTC).date().isoformat()
    busy = f"Load average of the machine before and after: {before:.1f}, {os.getloadavg()[0]:.1f}."
    return f"{day}: {described(others)}. {busy}\n\n{_HEAD}\n{lines}\n"


def keep(name: str, text: str, readme: Path = README) -> None:
    """Put a table between its two marks in the README.

    Raises:
        SystemExit: the README has no such marks.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    page = readme.read_text(encoding="utf-8")
    marked = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not marked.search(page):
        raise SystemExit(f"{readme}: no marks for {name}")
    new = f"{begin}{text}{end}"
    readme.write_text(marked.sub(lambda _: new, page, count=1), encoding="utf-8")
