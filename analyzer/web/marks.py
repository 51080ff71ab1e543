"""Break-even marks under a slider: where its values save, where they cost more, where most."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from analyzer.tune.along import Along, Run
from analyzer.web.frame import say
from reports import spelling

_COLOURS = {"saves": "var(--saved)", "costs": "var(--added)", "same": "var(--rule)"}
_GAP_PERCENT = 0.6


class Marks:
    """The place for the marks of one slider."""

    def __init__(self) -> None:
        with ui.element("div").classes("marks") as self._box:
            self._strip = ui.element("div").classes("strip").props("aria-hidden=true")
            self._said = say("p", "", "note")

    def show(self, along: Along, spelled: Sequence[str]) -> None:
        """Show what was replayed; ``spelled`` are the slider's steps in words."""
        self._strip.style(f"background: {_gradient(along)}")
        self._said._text = sentence(along, spelled)
        self._said.update()
        self._box.classes("known")


def sentence(along: Along, spelled: Sequence[str]) -> str:
    """Say where a value breaks even, and which one saves most."""
    runs = list(along.runs())
    if all(run.sign == "same" for run in runs):
        return "No value changes the bill."
    if len(runs) == 1 and runs[0].sign == "costs":
        least = spelling.money(-along.saved_pico_usd(along.best))
        return f"No value pays: at {spelled[along.best]} it costs {least} more, elsewhere no less."
    most = spelling.money(along.saved_pico_usd(along.best))
    best = f"In dollars alone it saves most at {spelled[along.best]}: {most}."
    if not any(run.sign == "costs" for run in runs):
        return best
    said = " and ".join(_span(run, spelled) for run in runs if run.sign == "costs")
    return f"{best} Costs more than without it {said}."


def _span(run: Run, spelled: Sequence[str]) -> str:
    last = len(spelled) - 1
    if run.first == run.last:
        return f"at {spelled[run.first]}"
    if run.first == 0:
        return f"up to {spelled[run.last]}"
    if run.last == last:
        return f"from {spelled[run.first]} on"
    return f"from {spelled[run.first]} to {spelled[run.last]}"


def _gradient(along: Along) -> str:
    """Colour each stretch; a gap of paper marks where it breaks even."""
    last = max(1, len(along.pico_usd) - 1)
    stops = []
    for run in along.runs():
        start = max(0.0, (run.first - 0.5) / last * 100)
        end = min(100.0, (run.last + 0.5) / last * 100)
        if start > 0:
            stops.append(f"var(--paper) {start:.2f}% {start + _GAP_PERCENT:.2f}%")
            start += _GAP_PERCENT
        stops.append(f"{_COLOURS[run.sign]} {start:.2f}% {end:.2f}%")
    return f"linear-gradient(to right, {', '.join(stops)})"
