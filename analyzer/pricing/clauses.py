"""How the bundled table's own match clauses are read: as written, but never across a variant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genai_prices import types as genai

from analyzer.pricing.names import is_bedrock_head, is_release


def exact_names(clause: genai.MatchLogic) -> Iterator[str]:
    """Yield the names that a clause lists outright, lower-cased."""
    if isinstance(clause, genai.ClauseEquals):
        yield clause.equals.lower()
    elif isinstance(clause, genai.ClauseOr):
        for part in clause.or_:
            yield from exact_names(part)


def is_loose(clause: genai.MatchLogic) -> bool:
    """Return whether a clause also matches names that it does not list."""
    if isinstance(clause, genai.ClauseOr):
        return any(is_loose(part) for part in clause.or_)
    return not isinstance(clause, genai.ClauseEquals)


def accepts(clause: genai.MatchLogic, name: str) -> bool:
    """Return whether a clause means this lower-case name, and not a variant of what it names.

    ``starts_with: gemini-3.6-flash`` takes ``gemini-3.6-flash-001`` and leaves
    ``gemini-3.6-flash-lite`` alone.
    """
    if isinstance(clause, genai.ClauseOr):
        return any(accepts(part, name) for part in clause.or_)
    if isinstance(clause, genai.ClauseAnd):
        return clause.is_match(name) and any(accepts(part, name) for part in clause.and_)
    return any(_bounded(name, start, end) for start, end in _spans(clause, name))


def _spans(clause: genai.MatchLogic, name: str) -> Iterator[tuple[int, int]]:
    """Where a simple clause finds its text."""
    if isinstance(clause, genai.ClauseRegex):
        found = re.search(clause.regex, name)
        if found and found.end() > found.start():
            # An open end, as in gemini-3\.5-flash-\d, is only the start of what it means.
            open_end = not clause.regex.endswith("$")
            yield found.start(), found.end() - (open_end and found[0][-1].isdigit())
        return
    (text,) = (str(value).lower() for value in vars(clause).values())
    if clause.is_match(name):
        start = len(name) - len(text) if isinstance(clause, genai.ClauseEndsWith) else 0
        if isinstance(clause, genai.ClauseContains):
            start = name.find(text)
        yield start, start + len(text)


def _bounded(name: str, start: int, end: int) -> bool:
    """Return whether a match leaves only a Bedrock prefix before it and a release behind it."""
    literal = name[start:end]
    if end < len(name) and name[end].isalnum() and name[end - 1].isalnum():
        # The clause ends inside a word, as in claude-sonnet-4-2025: judge the word as a whole.
        while end > start and name[end - 1].isalnum():
            end -= 1
    return is_bedrock_head(name[:start].removesuffix("/")) and is_release(name, end, literal)
