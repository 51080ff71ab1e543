"""How far a long search has come, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzer.errors import StoppedError


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and how much of it is done."""

    stage: str
    done: int
    total: int
    """Of this stage; never less than ``done``."""


def _nobody(progress: Progress) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told, and who may stop the search. Both are called between two replays."""

    tell: Callable[[Progress], None] = _nobody
    cancelled: Callable[[], bool] = _never

    def step(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage has come.

        Raises:
            StoppedError: whoever watches has had enough. Nothing was written.
        """
        if self.cancelled():
            raise StoppedError("stopped: nothing was written")
        self.tell(Progress(stage, done, max(done, total)))


NOBODY = Watch()
"""Nobody is told, and nobody stops it."""
