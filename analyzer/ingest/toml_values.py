"""Takes values out of a user's TOML, each checked; ``at`` names the place in what is raised.

Every function raises FormatError, with the place and what to write there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from analyzer.errors import FormatError


def text_of(value: object, at: str) -> str:
    """Return a value as text; a table, a list, a date and an empty text are none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float) and value != "":
        return str(value)
    raise FormatError(f"{at}: write a text, a number, true or false")


def else_of(value: object, at: str) -> str:
    """Return a text, which may be empty."""
    return "" if value == "" else text_of(value, at)


def typed(table: Mapping[str, Any], key: str, kind: type, default: Any, at: str) -> Any:  # noqa: ANN401
    """Return a key's value, which is of one type."""
    value = table.get(key, default)
    if key in table and type(value) is not kind:
        wanted = {str: "a text in quotes", bool: "true or false", int: "a whole number"}[kind]
        raise FormatError(f"{at}: {key}: write {wanted}")
    return value


def table_of(value: object, at: str) -> Mapping[str, Any]:
    """Return a value that is a table."""
    if not isinstance(value, dict):
        raise FormatError(f"{at}: write it as a table of key = value")
    return value


def one_of(value: Any, known: tuple[str, ...], at: str) -> Any:  # noqa: ANN401
    """Return a value that is one of some, or None."""
    if value is not None and value not in known:
        raise FormatError(f"{at}: {value!r} is none of {', '.join(known)}")
    return value


def refuse_unknown(keys: Iterable[str], known: tuple[str, ...], at: str) -> None:
    """Refuse a key that means nothing here, with the one that may be meant."""
    for key in keys:
        if key not in known:
            hint = meant(key, known) or f"; there are {', '.join(known)}"
            raise FormatError(f"{at}: unknown key {key!r}{hint}")


def meant(name: str, known: Iterable[str]) -> str:
    """Ask whether the known name that is nearest was meant; nothing where none is near."""
    close = get_close_matches(name, tuple(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
