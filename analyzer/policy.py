"""A policy file as frozen rules: what to change about the traffic, lever by lever."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from analyzer.board import Backtest
from analyzer.errors import PolicyError
from analyzer.lever import Lever, Rule
from analyzer.levers import LEVERS
from analyzer.rollout import TABLES, Rollout, nearest, read_rollout
from analyzer.tuned_table import NAME as TUNED
from analyzer.tuned_table import read_tuned

_TOP_LEVEL = ("name", "price_date", *(lever.name for lever in LEVERS), *TABLES, TUNED)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file says. Levers stand in canonical order, each with at least one rule."""

    name: str
    price_date: date | None
    rules: Mapping[str, tuple[Rule, ...]]
    rollout: Rollout = field(default_factory=Rollout)
    """What it costs to put into production, and who answers for it."""
    backtest: Backtest | None = None
    """What it says of its own tuning, where ``rebill tune`` wrote it."""

    @property
    def levers(self) -> tuple[str, ...]:
        """The active levers, in canonical order."""
        return tuple(self.rules)

    def targets(self) -> tuple[str, ...]:
        """Return every model the policy would call, once, in order of mention."""
        named = (t for rules in self.rules.values() for rule in rules for t in rule.targets())
        return tuple(dict.fromkeys(named))


def read_policy(path: Path) -> tuple[Policy, bytes]:
    """Return a policy file's rules and its bytes.

    Raises:
        PolicyError: the file is missing, is no TOML, or holds an unknown key or a bad value.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}); check --policy") from error
    return parse_policy(raw, path.name), raw


def parse_policy(raw: bytes, file: str) -> Policy:
    """Return the rules of a policy's text; ``file`` is its name for error messages."""
    try:
        tables = tomllib.loads(raw.decode(), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(f"{file}: not valid TOML: {error}") from error
    return policy_from(tables, file)


def policy_from(tables: Mapping[str, Any], file: str) -> Policy:
    """Return the policy that parsed tables describe."""
    for key in tables:
        if key not in _TOP_LEVEL:
            raise PolicyError(f"{file}: unknown key {key!r}{nearest(key, _TOP_LEVEL)}")
    found = {
        lever.name: _rules(lever, tables[lever.name], file)
        for lever in LEVERS
        if lever.name in tables
    }
    rules = {lever: some for lever, some in found.items() if some}
    name = str(tables.get("name", file.removesuffix(".toml")))
    rollout = read_rollout(tables, tuple(rules), file)
    backtest = read_tuned(tables, rules, file)
    return Policy(name, _price_date(tables, file), rules, rollout, backtest)


def _price_date(tables: Mapping[str, Any], file: str) -> date | None:
    value = tables.get("price_date")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        mend = "write a date, such as price_date = 2026-11-01"
        raise PolicyError(f"{file}: price_date: {mend}") from None


def _rules(lever: Lever, tables: object, file: str) -> tuple[Rule, ...]:
    if not isinstance(tables, list):
        raise PolicyError(f"{file}: {lever.name}: write [[{lever.name}]], with double brackets")
    return tuple(_rule(lever, table, number, file) for number, table in enumerate(tables, start=1))


def _rule(lever: Lever, table: object, number: int, file: str) -> Rule:
    try:
        return lever.rule.model_validate(table)
    except ValidationError as error:
        where = f"{file}: [[{lever.name}]] number {number}"
        # A misspelt key first: it often is why another one is missing.
        first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        problem = _spell(first, lever.rule)
        raise PolicyError(f"{where}: {problem}") from None


_PLAIN = {
    "string_type": "write it as text, in quotes",
    "tuple_type": "write a list, in square brackets",
    "too_short": "write at least {min_length}, not {actual_length}",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
}
"""The mend of errors that the schema's own words would tell in its own terms."""


def _spell(detail: ErrorDetails, rule: type[Rule]) -> str:
    path = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = _keys_at(rule, detail["loc"][:-1])
        return f"unknown key {path!r}{nearest(str(detail['loc'][-1]), known)}"
    if detail["type"] == "missing":
        wanted = "feature" if path == "features" else path
        return f"{wanted} is missing"
    plain = _PLAIN.get(detail["type"])
    message = plain.format(**detail.get("ctx", {})) if plain else detail["msg"]
    message = message.removeprefix("Value error, ")
    return f"{path}: {message}" if path else message


def _keys_at(rule: type[Rule], loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that are valid where an unknown one was found (top of a rule, or in a tier)."""
    schema = rule.model_json_schema(by_alias=True)
    if not loc:
        return ("feature", *cast("dict[str, object]", schema["properties"]))
    nested = schema.get("$defs", {}).values()
    return tuple(key for definition in nested for key in definition.get("properties", {}))
