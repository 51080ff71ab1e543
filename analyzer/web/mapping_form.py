"""Which column of a file holds what, chosen from lists: the same mapping that a file would say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from analyzer.ingest.mapping_targets import KINDS
from analyzer.policy_text import policy_text
from analyzer.web.frame import say
from analyzer.web.mapping_fields import FIELDS, PERIODS, ROWS, SAYS, Field, guess

_NOWHERE = ""
_NOT_THERE = {_NOWHERE: "not in this file"}


class MappingForm:
    """A choice for each column; ``toml`` is what it comes to."""

    def __init__(self, names: Sequence[str], changed: Callable[[], None]) -> None:
        """Take the file's own names, and what to call once something else is chosen."""
        self._names, self._changed = names, changed
        self._chosen: dict[str, ui.select] = {}
        self._units: dict[str, ui.select] = {}
        self._constants: dict[str, ui.input] = {}
        self._period: ui.select | None = None

    def lay_out(self) -> None:
        """Make the choices, each on the column whose name is most like it."""
        self._rows = _select(ROWS, "requests", "A row is", self._turn)
        self._held = ui.element("div").classes("mapping")
        self._fill()

    def _turn(self) -> None:
        self._fill()
        self._changed()

    def _fill(self) -> None:
        for held in (self._chosen, self._units, self._constants):
            held.clear()
        self._held.clear()
        rows = str(self._rows.value)
        guesses = guess(FIELDS[rows], self._names)
        with self._held:
            for field in FIELDS[rows]:
                self._field(field, guesses.get(field.column, _NOWHERE), KINDS[rows].required)
            say("span", "")
            self._of_every_row(rows)
            if rows != "charges":
                self._exclusive = ui.switch("Tokens sent leave out the cached ones")
                self._exclusive.on_value_change(self._changed)

    def _field(self, field: Field, guessed: str, required: Sequence[str]) -> None:
        options = {**_NOT_THERE, **{name: name.replace('"', "") for name in self._names}}
        needed = " (needed)" if field.column in required else ""
        chosen = _select(options, guessed, field.label + needed, self._changed)
        self._chosen[field.column] = chosen
        if field.units is not None:
            usual = next(iter(field.units))
            label = f"{field.label}: written"
            self._units[field.column] = _select(dict(field.units), usual, label, self._changed)

    def _of_every_row(self, rows: str) -> None:
        """Ask for what no column may hold."""
        for field in FIELDS[rows]:
            if field.of_every_row:
                asked = ui.input(field.of_every_row).props("outlined dense")
                asked.on("change", self._changed)
                self._constants[field.column] = asked
        self._period = None
        if rows != "requests":
            label = "A row is for, if none says its end"
            self._period = _select(PERIODS, "month", label, self._changed)

    def toml(self) -> str:
        """Return the mapping as a file."""
        rows = str(self._rows.value)
        columns = {
            field.column: _rule(path, self._unit(field.column))
            for field in FIELDS[rows]
            if (path := self._chosen[field.column].value)
        }
        for column, asked in self._constants.items():
            if column not in columns and (asked.value or "").strip():
                columns[column] = {"constant": asked.value.strip()}
        top = {} if rows == "requests" else {"rows": rows}
        if self._period is not None and "end" not in columns:
            top["period"] = str(self._period.value)
        if rows != "charges" and self._exclusive.value:
            top["counts"] = "exclusive"
        return policy_text({**top, "columns": columns})

    def _unit(self, column: str) -> str:
        return str(self._units[column].value) if column in self._units else ""


def _select(
    options: dict[str, str], value: str, label: str, changed: Callable[[], None]
) -> ui.select:
    chosen = ui.select(options, value=value, label=label).props("outlined dense options-dense")
    chosen.on_value_change(changed)
    return chosen


def _rule(path: str, written: str) -> Any:  # noqa: ANN401 - a text or a TOML table
    return {"path": path, **SAYS[written]} if SAYS[written] else path
