"""How a unit's combinations were searched, and the words for it."""

from __future__ import annotations

from typing import Literal

MOST_COMBINATIONS = 1000
"""Up to so many replays, a unit is searched whole."""
TRIALS = 200
"""How many choices the optimiser proposes for a unit that is larger."""

Searched = Literal["whole", "apart", "optimiser", "descent"]

_WORDS: dict[Searched, str] = {
    "whole": "every combination",
    "apart": "every combination, feature by feature under each shared rule",
    "optimiser": f"rule by rule, then {TRIALS} joint trials by Optuna: a better one may exist",
    "descent": (
        "rule by rule only: a better combination may exist; with rebill[tune] installed, Optuna "
        "looks for it"
    ),
}


def is_whole(searched: Searched) -> bool:
    """Return whether nothing that may be tried can be better."""
    return searched in ("whole", "apart")


def spell_searched(searched: Searched) -> str:
    """Return a search in words."""
    return _WORDS[searched]
