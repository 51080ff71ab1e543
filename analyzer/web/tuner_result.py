"""What the tuner found: on the days it saw and on those it did not, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator

from nicegui import ui

from analyzer.commands.tune_output import NOT_DONE, against_singles
from analyzer.tune.judge import Days
from analyzer.tune.tuned import Found, UnitFound
from analyzer.tune.written import said
from analyzer.web.frame import say
from analyzer.web.show import show_table
from reports import spelling


def show_found(found: Found) -> None:
    """Show one search."""
    say("h3", "What the search found")
    show_table(
        "Tuned policy in and out of sample",
        ("Days", "Today", "This policy", "Tuned", "Saved by tuned", ""),
        list(_rows(found)),
    )
    say("p", _verdict(found))
    for unit in found.units:
        _unit(unit)
    with (
        ui.expansion(f"{found.policies:,} policies were replayed; what was not done").props(
            "dense"
        ),
        ui.element("ul"),
    ):
        for line in NOT_DONE:
            say("li", f"{line}.", "note")


def _rows(found: Found) -> Iterator[tuple[str, ...]]:
    for title, part in (("tuned on", found.train), ("held out", found.test)):
        if part.first < part.until:
            today, start, tuned = (
                part.total(spend) for spend in (found.today, found.start, found.tuned)
            )
            yield (
                f"{_days(part)} {title}",
                *(spelling.money(pico) for pico in (today, start, tuned, today - tuned)),
                spelling.percent(today - tuned, today),
            )


def _days(part: Days) -> str:
    return spelling.plural(part.until - part.first, "day")


def _verdict(found: Found) -> str:
    if found.test.first == found.test.until:
        return "No day was held out: what it saves on days it has not seen is not known."
    gained = found.test.total(found.start) - found.test.total(found.tuned)
    if gained > 0:
        return f"On days it had not seen, it saves {spelling.money(gained)} more than this policy."
    if gained < 0:
        lost = spelling.money(-gained)
        return f"On days it had not seen, it costs {lost} more than this policy: keep yours."
    return "On days it had not seen, it costs what this policy costs."


def _quality(unit: UnitFound) -> Iterator[str]:
    known = {feature: quality for feature, quality in unit.quality_in.items() if quality}
    for feature, quality in known.items():
        yield f"Quality of {spelling.name(feature)}: {said(quality)}."
    if len(known) < len(unit.features):
        rest = "Other q" if known else "Q"
        yield f"{rest}uality stays assumed: no evals of these answers."


def _unit(unit: UnitFound) -> None:
    say("h4", ", ".join(map(spelling.name, unit.features)))
    with ui.element("ul").classes("changes"):
        if not unit.feasible:
            say("li", "Nothing that was tried is within the bounds: your policy stands.", "warn")
        for line in unit.changes or ("Nothing changes.",):
            say("li", spelling.visible(line))
        for line in _quality(unit):
            say("li", line, "note")
        for line in against_singles(unit):
            say("li", spelling.visible(line), "note")
