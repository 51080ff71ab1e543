"""One more policy over an open session: what a tuner or a slider on a screen waits for.

The session has billed the policy before, its rows are in memory. Every change below is a policy
file that is read anew; the figure is the median over changes that no run before has asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.session import Session
from analyzer.store import Store
from bench.clock import Taken, median_of, timed
from bench.databases import POLICY, database
from bench.table import TARGET_SIZE, Options, Row, seconds

_DISCOUNT = '\n[[batch_api]]\nfeature = "translation"\ndiscount = 0.5\n'
Change = tuple[str, str, Sequence[object]]
"""What stands in the policy file, the same with a gap, and what is put into the gap in turn."""
_ARITHMETIC: dict[str, Change] = {
    "price date": ("price_date = 2026-11-01", "price_date = 2026-11-{:02}", range(2, 9)),
    "discount": ("discount = 0.5", "discount = 0.{}", range(41, 48)),
    "model": (
        '"global-api/qwen3-32b"',
        '"global-api/{}"',
        ("qwen-mt-turbo", "deepseek-v4-flash", "deepseek-coder"),
    ),
    "model of another maker": (
        'to = "global-api/qwen3-32b"',
        'to = "{}"',
        ("claude-haiku-4-5", "gpt-4.1-mini", "gpt-4.1-nano"),
    ),
}
_REPLAYED: dict[str, Change] = {
    "model with a long-context price": (
        'to = "global-api/qwen3-32b"',
        'to = "{}"',
        ("claude-sonnet-4-5", "gpt-5.4", "gemini-2.5-pro"),
    ),
    "compression ratio": ("ratio = 0.5", "ratio = 0.{}", range(41, 48)),
    "TTL": ("ttl_seconds = 3600", "ttl_seconds = {}", (60, 900, 1800, 7200, 86_400)),
    "routing threshold": ("accept = 0.8", "accept = 0.{}", range(60, 67)),
    "pack size": ("max_size = 20", "max_size = {}", range(5, 12)),
}


def measure(options: Options) -> Iterator[Row]:
    """Yield the first bill, the same again, and each kind of change, at the largest size."""
    size = options.size
    text = POLICY.read_text(encoding="utf-8") + _DISCOUNT
    path = database(options.folder, size)
    with Store.open(path, read_only=True) as store, TemporaryDirectory() as folder:
        session = Session(store, open_book(()))
        desk = _Desk(session, Path(folder) / "policy.toml")
        first, again = desk.taken(text), desk.taken(text)
        what = f"session's first bill, {size:,} requests"
        yield Row(what, seconds(first.seconds), cpu=seconds(first.cpu_seconds))
        yield Row("the same policy again", _ms(again.seconds), cpu=_ms(again.cpu_seconds))
        for name, change in _ARITHMETIC.items():
            yield _row(name, desk.changed(text, change), 0.02, size)
        for name, change in _REPLAYED.items():
            yield _row(name, desk.changed(text, change), 1.5, size)


class _Desk:
    """A session and the policy file that changes under it."""

    def __init__(self, session: Session, file: Path) -> None:
        self._session, self._file = session, file

    def taken(self, text: str) -> Taken:
        """Return what a policy's bill takes, from its text."""
        self._file.write_text(text, encoding="utf-8")
        return timed(self._bill)

    def changed(self, text: str, change: Change) -> Taken:
        """Return the median over the values that a change runs through."""
        before, after, values = change
        if before not in text:
            raise SystemExit(f"{POLICY}: {before} does not stand there any more")
        return median_of([self.taken(text.replace(before, after.format(v))) for v in values])

    def _bill(self) -> None:
        policy, _ = read_policy(self._file)
        self._session.bill(policy)


def _row(name: str, taken: Taken, limit_s: float, size: int) -> Row:
    what = f"another {name}, {size:,} requests"
    if limit_s < 1:
        measured, cpu, limit = _ms(taken.seconds), _ms(taken.cpu_seconds), _ms(limit_s)
    else:
        measured, cpu, limit = map(seconds, (taken.seconds, taken.cpu_seconds, limit_s))
    if size == TARGET_SIZE:
        return Row(what, measured, f"≤ {limit}", taken.seconds <= limit_s, cpu)
    return Row(what, measured, cpu=cpu)


def _ms(value: float) -> str:
    return f"{value * 1000:.3g} ms"
