"""What putting a policy into production costs, and who answers for it: the tables of a rollout.

``[costs]`` and ``[governance]`` speak of the whole policy; ``[costs.caching]`` and
``[governance.caching]`` of one lever. Neither changes what a replay decides or bills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analyzer.errors import PolicyError
from analyzer.lever import DurationUs
from analyzer.money import PICO_PER_USD

TABLES = ("costs", "governance")
WHOLE_POLICY = ""
_MOST_USD = 1_000_000_000_000
_KEEPS_ANSWERS = "caching"
"""The only lever whose answers grow old."""


def _to_pico_usd(value: object) -> int:
    wanted = 'a decimal in dollars, such as "1200.50"'
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError(f"write {wanted}")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"write {wanted}") from None
    if not amount.is_finite() or not 0 <= amount <= _MOST_USD:
        raise ValueError(f"write {wanted}, from 0 to {_MOST_USD:,}")
    return int(amount * PICO_PER_USD)


PicoUsd = Annotated[int, BeforeValidator(_to_pico_usd)]
"""A decimal in dollars in the policy, whole pico-dollars in the program."""

Words = Annotated[str, Field(max_length=400)]


class Cost(BaseModel):
    """What one lever, or the policy as a whole, costs to build and to run."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    one_off_pico_usd: PicoUsd = Field(default=0, alias="one_off_usd")
    monthly_pico_usd: PicoUsd = Field(default=0, alias="monthly_usd")
    note: Words = ""


class Duty(BaseModel):
    """Who answers for one lever, or for the policy, and what keeps it in bounds."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    owner: Words = ""
    guardrail: Words = ""
    rollback: Words = ""
    max_staleness_us: DurationUs | None = Field(default=None, alias="max_staleness_seconds")


Table = TypeVar("Table", Cost, Duty)


@dataclass(frozen=True, slots=True)
class Rollout:
    """The policy's own words about its rollout, by lever; ``""`` is the policy as a whole."""

    costs: Mapping[str, Cost] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)

    def duty(self, lever: str) -> Duty:
        """Return a lever's duty, each gap filled from the policy as a whole."""
        general = self.duties.get(WHOLE_POLICY, Duty())
        own = self.duties.get(lever, Duty())
        return own.model_copy(
            update={
                "owner": own.owner or general.owner,
                "guardrail": own.guardrail or general.guardrail,
                "rollback": own.rollback or general.rollback,
            }
        )


def read_rollout(tables: Mapping[str, Any], levers: tuple[str, ...], file: str) -> Rollout:
    """Return the rollout that a policy's parsed tables describe.

    Raises:
        PolicyError: an unknown key, a bad value, or a lever that the policy does not use.
    """
    costs = dict(_tables("costs", tables, Cost, levers, file))
    duties = dict(_tables("governance", tables, Duty, levers, file))
    for lever, duty in duties.items():
        if duty.max_staleness_us is not None and lever != _KEEPS_ANSWERS:
            mend = f"only answers of a cache grow old: move it to [governance.{_KEEPS_ANSWERS}]"
            raise PolicyError(
                f"{file}: {_path('governance', lever)}: max_staleness_seconds: {mend}"
            )
    return Rollout(costs, duties)


def _tables(
    name: str,
    tables: Mapping[str, Any],
    kind: type[Table],
    levers: tuple[str, ...],
    file: str,
) -> Iterator[tuple[str, Table]]:
    if name not in tables:
        return
    whole = tables[name]
    if not isinstance(whole, Mapping):
        raise PolicyError(f"{file}: {name}: write [{name}], with single brackets")
    own = {key: value for key, value in whole.items() if not isinstance(value, Mapping)}
    yield WHOLE_POLICY, _read(name, WHOLE_POLICY, own, kind, levers, file)
    for lever in (key for key in whole if key not in own):
        if lever not in levers:
            hint = nearest(lever, (*levers, *_keys(kind)))
            raise PolicyError(f"{file}: [{name}]: no lever {lever!r} in this policy{hint}")
        yield lever, _read(name, lever, whole[lever], kind, levers, file)


def _read(
    name: str,
    lever: str,
    table: Mapping[str, Any],
    kind: type[Table],
    levers: tuple[str, ...],
    file: str,
) -> Table:
    known = _keys(kind) if lever else (*_keys(kind), *levers)
    for key in table:
        if key not in _keys(kind):
            where = f"{file}: {_path(name, lever)}"
            raise PolicyError(f"{where}: unknown key {key!r}{nearest(key, known)}")
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        where = f"{file}: {_path(name, lever)}: {first['loc'][0]}"
        raise PolicyError(f"{where}: {message}") from None


def _keys(kind: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in kind.model_fields.items())


def _path(name: str, lever: str) -> str:
    return f"[{name}.{lever}]" if lever else f"[{name}]"


def nearest(key: str, known: tuple[str, ...]) -> str:
    """Return the hint that names the valid key nearest to an unknown one."""
    return f"; did you mean {get_close_matches(key, known, n=1, cutoff=0)[0]!r}?"
