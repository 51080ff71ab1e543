"""A policy's ``[tuned]`` table: what tuning saw of a log, and what it saved on days it did not see.

``rebill tune`` writes it. It changes no bill: a report tells it, and says where the rules have been
edited since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyzer.board import Backtest, Pair
from analyzer.errors import PolicyError
from analyzer.lever import Rule
from analyzer.rollout import PicoUsd, Words, nearest

NAME = "tuned"
_FINGERPRINT_LETTERS = 16


class TunedTable(BaseModel):
    """What stands in the file; dollars as decimal strings."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    on: date | None = None
    """When it was tuned."""
    log: Words = ""
    """The days of the log, in words."""
    days: int = Field(ge=1)
    """How many days tuning saw."""
    held_out_days: int = Field(ge=0)
    """How many it did not see: the last ones."""
    today_in: PicoUsd = Field(alias="in_sample_today_usd")
    tuned_in: PicoUsd = Field(alias="in_sample_tuned_usd")
    today_out: PicoUsd = Field(alias="out_of_sample_today_usd")
    tuned_out: PicoUsd = Field(alias="out_of_sample_tuned_usd")
    rules: Words
    """The fingerprint of the rules that these figures are of."""


def read_tuned(
    tables: Mapping[str, Any], rules: Mapping[str, Sequence[Rule]], file: str
) -> Backtest | None:
    """Return what a policy says of its own tuning; None where it says nothing.

    Raises:
        PolicyError: an unknown key or a bad value.
    """
    if NAME not in tables:
        return None
    if not isinstance(tables[NAME], Mapping):
        raise PolicyError(f"{file}: {NAME}: write [{NAME}], with single brackets")
    try:
        table = TunedTable.model_validate(tables[NAME])
    except ValidationError as error:
        raise PolicyError(f"{file}: [{NAME}]: {_problem(error)}") from None
    return Backtest(
        on=table.on.isoformat() if table.on else "",
        log=table.log,
        days=table.days,
        held_out_days=table.held_out_days,
        in_sample=Pair(table.today_in, table.tuned_in),
        out_of_sample=Pair(table.today_out, table.tuned_out) if table.held_out_days else None,
        edited=table.rules != fingerprint(rules),
    )


def fingerprint(rules: Mapping[str, Sequence[Rule]]) -> str:
    """Return a short digest of rules: the same for rules that are only grouped otherwise."""
    spelled = [
        f"{lever} {glob} {rule.model_copy(update={'features': (glob,)})!r}"
        for lever in rules
        for rule in rules[lever]
        for glob in rule.features
    ]
    return sha256("\n".join(sorted(spelled)).encode()).hexdigest()[:_FINGERPRINT_LETTERS]


def _problem(error: ValidationError) -> str:
    # A misspelt key first: it often is why another one is missing.
    first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    key = ".".join(map(str, first["loc"]))
    known = tuple(info.alias or name for name, info in TunedTable.model_fields.items())
    if first["type"] == "extra_forbidden":
        return f"unknown key {key!r}{nearest(key, known)}"
    if first["type"] == "missing":
        return f"{key} is missing: rebill tune writes this table whole"
    return f"{key}: {first['msg'].removeprefix('Value error, ')}"
