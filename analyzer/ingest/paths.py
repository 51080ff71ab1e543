"""Paths into a record, as formats and ``--feature`` write them: ``metadata.team``, ``tags[0]``.

A name that holds a dot stands in quotes: ``attributes."service.name"``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.errors import FormatError

RECORD = "@"
"""The name of the whole record as a document."""
_PLACE = re.compile(r"\{([^{}]+)\}")
_STEP = re.compile(r"""\.?([^.\[\]"']+)|\[(\d{1,6}|\*)\]|\.?"([^"']+)\"""")


@dataclass(frozen=True, slots=True)
class Path:
    """A top-level name, and the JSON path below it (empty where the name says it all)."""

    top: str
    below: str


def parse_path(text: str, *, many: bool = False) -> Path:
    """Read a path; ``[*]``, every element of a list, stands in it only where ``many``.

    Raises:
        FormatError: it is not a path.
    """
    if text == RECORD:
        return Path(RECORD, "")
    steps: list[str] = []
    place = 0
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None or (step.group(2) == "*" and not many):
            raise FormatError(f"{text!r} is not a path: write it like metadata.team or tags[0]")
        plain, index, in_quotes = step.groups()
        name = plain or in_quotes
        steps.append(f'."{name}"' if name is not None else f"[{index}]")
        place = step.end()
    if not steps or not steps[0].startswith("."):
        raise FormatError(f"{text!r} is not a path: write it like metadata.team or tags[0]")
    return Path(steps[0][2:-1], "".join(steps[1:]))


def places(sql: str) -> list[str]:
    """Return the paths that an expression names in braces, each once, in order."""
    return list(dict.fromkeys(_PLACE.findall(sql)))


def fill(sql: str, found: dict[str, str]) -> str:
    """Put SQL in place of each path in braces."""
    return _PLACE.sub(lambda match: found[match.group(1)], sql)


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Return an SQL string."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
