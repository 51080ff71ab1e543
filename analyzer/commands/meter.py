"""How far a long command is, on stderr: one line that moves, or a line now and then in a file."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analyzer.tune.watch import Progress

_SHOWN_EVERY_S = 0.2
_LOGGED_EVERY_S = 10.0
_WIDTH = 78


class Meter:
    """Shows progress to whoever waits; quick commands show nothing."""

    def __init__(self) -> None:
        self._moves = sys.stderr.isatty()
        self._last_s = self._first_s = time.monotonic()

    def show(self, progress: Progress) -> None:
        """Show a step, unless the last one was shown a moment ago."""
        now_s = time.monotonic()
        if now_s - self._last_s < (_SHOWN_EVERY_S if self._moves else _LOGGED_EVERY_S):
            return
        self._last_s = now_s
        spent = f"{now_s - self._first_s:,.0f} s"
        line = f"{progress.stage}: {progress.done:,} of {progress.total:,} ({spent})"
        if self._moves:
            click.echo(f"\r{line[:_WIDTH]:<{_WIDTH}}", err=True, nl=False)
        else:
            click.echo(line, err=True)

    def __enter__(self) -> Meter:
        """Begin; nothing is shown yet."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the line empty for what comes next, be it an error."""
        if self._moves:
            click.echo(f"\r{'':<{_WIDTH}}\r", err=True, nl=False)
