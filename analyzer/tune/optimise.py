"""Proposes joint choices where there are too many to try: Optuna's tree of Parzen estimators.

See https://optuna.readthedocs.io/en/stable/reference/samplers/generated/optuna.samplers.TPESampler.html
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from analyzer.tune.choice import Choice
from analyzer.tune.searched import TRIALS
from analyzer.tune.slots import Option

if TYPE_CHECKING:
    from optuna.trial import Trial

_SEED = 0
_BLIND_TRIALS = TRIALS // 5
"""At random, before the sampler believes what it has seen."""


def is_installed() -> bool:
    """Return whether the optional extra is there."""
    return find_spec("optuna") is not None


class Optimiser:
    """Asked for a choice and told how good it is, in turns; twice told alike, it asks alike."""

    def __init__(self, offers: Sequence[Sequence[Option]], first: Choice) -> None:
        """Take the options of each slot; ``first`` is what the first question is about."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=_SEED, n_startup_trials=_BLIND_TRIALS)
        self._study = optuna.create_study(sampler=sampler)
        self._offers = offers
        places = zip(self._names(), offers, first, strict=True)
        self._study.enqueue_trial({name: mine.index(one) for name, mine, one in places})
        self._asked: Trial | None = None

    def ask(self) -> Choice:
        """Return the next choice to try."""
        trial = self._asked = self._study.ask()
        return tuple(
            mine[trial.suggest_categorical(name, list(range(len(mine))))]
            for name, mine in zip(self._names(), self._offers, strict=True)
        )

    def tell(self, standing: tuple[float, ...]) -> None:
        """Take where the choice asked about stands: constraints broken, then what it costs."""
        assert self._asked is not None  # noqa: S101 - ask comes before tell
        self._asked.set_constraint("broken", standing[0])
        self._study.tell(self._asked, standing[1])

    def _names(self) -> list[str]:
        return [f"rule {place}" for place in range(len(self._offers))]
