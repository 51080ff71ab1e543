"""The contract of a lever: rules a policy may hold, and a decision about each request.

A lever MUST decide from the request alone (and, for caching, from the requests that share its
key); it MUST NOT look at another lever's decision or at a price. Only costs compose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from analyzer.money import PPM, ppm

UNTAGGED = "(untagged)"
_MICROSECONDS = 1_000_000
_LONGEST_S = 100_000_000_000
_LARGEST_RATIO = 1_000_000

MOST_TOKENS = 1_000_000_000
"""No rule may name more tokens, characters or calls; ingest holds each request to the same."""


def _to_ppm(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError("write a decimal, such as 0.5")
    return ppm(_within(value, _LARGEST_RATIO, "a decimal, such as 0.5"))


def _to_us(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("write a number of seconds, such as 3600")
    return int(_within(value, _LONGEST_S, "a number of seconds, such as 3600") * _MICROSECONDS)


def _within(value: float | Decimal | str, most: int, wanted: str) -> Decimal:
    """Read a number that 64-bit columns can carry: no infinity, no NaN, nothing absurd."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"write {wanted}") from None
    if not number.is_finite() or number.copy_abs() > most:
        raise ValueError(f"write {wanted}, at most {most:,}")
    return number


def _share(value: int) -> int:
    if not 0 <= value <= PPM:
        raise ValueError("write a decimal between 0 and 1")
    return value


def _non_negative(value: int) -> int:
    if value < 0:
        raise ValueError("write a number that is not negative")
    return value


SharePpm = Annotated[int, BeforeValidator(_to_ppm), AfterValidator(_share)]
"""A decimal between 0 and 1 in the policy, parts per million in the program."""

DurationUs = Annotated[int, BeforeValidator(_to_us), AfterValidator(_non_negative)]
"""Seconds in the policy, microseconds in the program."""


class Rule(BaseModel):
    """One table of a policy: what a lever does to the features that its globs name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    features: tuple[str, ...] = Field(min_length=1, description="feature globs; any may match")

    @model_validator(mode="before")
    @classmethod
    def _one_feature_or_several(cls, data: object) -> object:
        if not isinstance(data, dict) or "feature" not in data:
            return data
        if "features" in data:
            raise ValueError("write either feature or features, not both")
        rest = {key: value for key, value in data.items() if key != "feature"}
        return {**rest, "features": [data["feature"]]}

    def covers(self, feature: str) -> bool:
        """Return whether one of the rule's globs matches a feature's name."""
        return any(fnmatchcase(feature, glob) for glob in self.features)

    def targets(self) -> tuple[str, ...]:
        """Return the models this rule would call; an unpriced one refuses the policy."""
        return ()

    def nameless(self) -> str:
        """Return the rule in text, without its features and the names of the models it calls."""
        spelled = self.model_dump(mode="json", exclude={"features"})
        return f"{type(self).__name__}{_without_targets(spelled)}"


_TARGET_KEYS = frozenset({"to", "model", "compressor"})


def _without_targets(value: object) -> object:
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if key not in _TARGET_KEYS}
        return {key: _without_targets(part) for key, part in kept.items()}
    return [_without_targets(part) for part in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beyond the requests themselves."""

    model_names: tuple[str, ...]
    """The logged name behind each value of the ``model`` column."""
    targets: Mapping[str, int]
    """The catalog number of each model that the policy names."""
    target_ids: Mapping[str, str]
    """The model identity that each of those names means."""
    scores: pl.DataFrame
    """Loaded evals: ``row`` (u32), ``model_id`` (identity, or ``*``), ``score`` (0..1)."""


Decide = Callable[[pl.DataFrame, Any, Context], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever, as the registry lists it."""

    name: str
    rule: type[Rule]
    needs: tuple[str, ...]
    """Columns of a log without which the lever cannot act."""
    shard_by: tuple[str, ...]
    """Columns whose equal values must be replayed together; none: any request alone."""
    decides: Mapping[str, pl.DataType]
    """The decision columns, null where no rule applies."""
    decide: Decide
    """``(requests under one rule, rule, context) -> decision columns``, row for row."""
    decides_across: bool = False
    """Whether a decision looks at the other requests that share ``shard_by``."""
    claims: Literal["feature", "request"] = "feature"
    """Whether the first rule that covers a feature takes all of it, or only requests it decides."""


def rule_for(rules: Sequence[Rule], feature: str) -> int | None:
    """Return the position of the first rule that covers a feature, or None."""
    return next((i for i, rule in enumerate(rules) if rule.covers(feature)), None)
