"""Which column of a file holds what, chosen from lists: the same mapping that a file would say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from analyzer.ingest.mapping_targets import KINDS
from analyzer.policy_text import policy_text
from analyzer.web.frame import say

_NOWHERE = ""
_NOT_THERE = {_NOWHERE: "not in this file"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a mapping may fill, what people call it, and names that it often has."""

    column: str
    label: str
    often: str
    units: Mapping[str, str] | None = None
    """How its values may be written; the first is the usual way."""


_TIMES = {
    "": "with an offset, or as epoch seconds", "Z": "without an offset: UTC",
    "ms": "as epoch milliseconds", "us": "as epoch microseconds",
}  # fmt: skip
FIELDS = (
    Field("ts", "When it was sent", r"^(ts|time|timestamp|date|when|created(_?at)?|start_?time)$",
          _TIMES),
    Field("model", "Model", r"(^|[._ ])(model|llm|engine|deployment)([._ ]?(name|id))?$"),
    Field("input_tokens", "Tokens sent", r"(^|[._ ])(in(put)?|prompt|context|request)[._ ]?tok|"
          r"^(input|context)tokens$|^in$"),
    Field("output_tokens", "Tokens answered", r"(^|[._ ])(out(put)?|completion|generated|response)"
          r"[._ ]?tok|^(output|generated)tokens$|^out$"),
    Field("cached_input_tokens", "Of the tokens sent: read from a cache", r"cache.*tokens?$"),
    Field("feature", "Feature, team or product", r"(^|[._ ])(feature|team|app(lication)?|service|"
          r"project|product|use_?case)([._ ]?name)?$"),
    Field("user", "User (kept as a digest)", r"(^|[._ ])(user|customer|end_?user)([._ ]?id)?$"),
    Field("prompt_key", "Prompt (kept as a digest)", r"(^|[._ ])prompt_?(key|hash|sha256|id)$"),
    Field("latency_ms", "How long it took", r"(^|[._ ])(latency|duration|elapsed|response_time)"
          r"([._ ]?m?s)?$", {"ms": "in milliseconds", "s": "in seconds", "us": "in microseconds"}),
    Field("response_chars", "Answer's length in characters", r"response_?(chars|length)$"),
    Field("logged_cost", "Cost", r"(^|[._ ])(cost|spend|price)([._ ]?usd)?$",
          {"usd": "in dollars", "cents": "in cents"}),
    Field("request_id", "Request's own number", r"^(request[._ ]?)?id$"),
)  # fmt: skip


class MappingForm:
    """A choice for each column; ``toml`` is what it comes to."""

    def __init__(self, names: Sequence[str], changed: Callable[[], None]) -> None:
        """Take the file's own names, and what to call once something else is chosen."""
        self._names, self._changed = names, changed
        self._chosen: dict[str, ui.select] = {}
        self._units: dict[str, ui.select] = {}

    def lay_out(self) -> None:
        """Make the choices, each on the column whose name is most like it."""
        guesses = guess(self._names)
        with ui.element("div").classes("mapping"):
            for field in FIELDS:
                self._field(field, guesses.get(field.column, _NOWHERE))
            say("span", "")
            self._model = ui.input("Model of every row, if none is named").props("outlined dense")
            self._model.on("change", self._changed)
            with ui.element("div"):
                self._exclusive = ui.switch("Tokens sent leave out the cached ones")
                self._exclusive.on_value_change(self._changed)

    def _field(self, field: Field, guessed: str) -> None:
        options = {**_NOT_THERE, **{name: name for name in self._names}}
        needed = " (needed)" if field.column in KINDS["requests"].required else ""
        chosen = ui.select(options, value=guessed, label=field.label + needed)
        chosen.props("outlined dense options-dense")
        chosen.on_value_change(self._changed)
        self._chosen[field.column] = chosen
        if field.units is not None:
            usual = next(iter(field.units))
            unit = ui.select(dict(field.units), value=usual, label=f"{field.label}: written")
            unit.props("outlined dense options-dense")
            unit.on_value_change(self._changed)
            self._units[field.column] = unit

    def toml(self) -> str:
        """Return the mapping as a file."""
        columns = {
            field.column: _rule(path, self._unit(field.column), field)
            for field in FIELDS
            if (path := self._chosen[field.column].value)
        }
        if "model" not in columns and (self._model.value or "").strip():
            columns["model"] = {"constant": self._model.value.strip()}
        counts = {"counts": "exclusive"} if self._exclusive.value else {}
        return policy_text({**counts, "columns": columns})

    def _unit(self, column: str) -> str:
        return str(self._units[column].value) if column in self._units else ""


def guess(names: Sequence[str]) -> dict[str, str]:
    """Return the file's name for each column that one seems to hold; each name once."""
    found: dict[str, str] = {}
    for field in FIELDS:
        often = re.compile(field.often, re.IGNORECASE)
        fitting = [name for name in names if often.search(name) and name not in found.values()]
        if fitting:
            found[field.column] = min(fitting, key=len)
    return found


def _rule(path: str, unit: str, field: Field) -> Any:  # noqa: ANN401 - a text or a TOML table
    usual = next(iter(field.units or {"": ""}))
    if unit == usual:
        return path
    return {"path": path, "offset" if unit == "Z" else "unit": unit}
