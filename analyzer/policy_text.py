"""Writes a policy's tables as the TOML text that ``read_policy`` reads back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

_DELETE = "\x7f"


def policy_text(tables: Mapping[str, Any]) -> str:
    """Return plain values first, then ``[tables]``, then ``[[rules]]``."""
    return "\n".join(_lines(tables, "")).strip() + "\n"


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping) and not _rules(v)}
    yield from (f"{_key(key)} = {_value(value)}" for key, value in plain.items())
    for key, value in table.items():
        here = f"{path}{_key(key)}"
        if isinstance(value, Mapping):
            yield from ("", f"[{here}]", *_lines(value, f"{here}."))
        elif _rules(value):
            for rule in value:
                yield from ("", f"[[{here}]]")
                yield from (f"{_key(name)} = {_value(part)}" for name, part in rule.items())


def _rules(value: object) -> bool:
    return isinstance(value, Sequence) and bool(value) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    bare = key.replace("_", "").replace("-", "")
    return key if bare.isascii() and bare.isalnum() else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | float):
        spelled = f"{Decimal(str(value)):f}"
        return spelled if "." in spelled else f"{spelled}.0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    """JSON's escapes are TOML's, but for the one control character that JSON lets pass."""
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007f")
