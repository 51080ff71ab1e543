"""What the tuner found: on the days it saw and on those it did not, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator

from nicegui import ui

from analyzer.commands.tune_output import NOT_DONE
from analyzer.commands.tune_unit import notes
from analyzer.tune.found import Found, Rival, UnitFound
from analyzer.tune.written import said
from analyzer.web.frame import say
from analyzer.web.show import show_table
from reports import spelling

_NAMES = {
    "today": "Today",
    "cheapest": "All on the cheapest",
    "best single": "All on the best one",
    "oracle": "Oracle, known afterwards",
    "policy": "This policy",
    "tuned": "Tuned",
}


def show_found(found: Found) -> None:
    """Show one search."""
    say("h3", "What the search found")
    seen = spelling.plural(len(found.train), "day")
    say("p", f"Tuned on {seen}, tested on the next {len(found.test):,}." if found.held_out else
        f"Tuned on {seen}; none was held out, so these figures flatter.", "note")  # fmt: skip
    held = ("Held out", "") if found.held_out else ()
    show_table(
        "Tuned policy in and out of sample",
        ("Over all features", "In sample", "", *held, "Quality"),
        [_rival(rival, found) for rival in found.rivals],
    )
    say("p", _verdict(found))
    for unit in found.units:
        _unit(unit)
    said_of = f"{spelling.count(found.policies)} policies were replayed; what to know"
    with ui.expansion(said_of), ui.element("ul"):
        for line in NOT_DONE:
            say("li", f"{line}.", "note")


def _rival(rival: Rival, found: Found) -> tuple[str, ...]:
    today = found.rivals[0]
    name = _NAMES[rival.name] + (f"\n{spelling.name(rival.model)}" if rival.model else "")
    cells = [spelling.money(rival.in_pico_usd), _saved(rival.in_pico_usd, today.in_pico_usd)]
    if found.held_out:
        cells += [
            spelling.money(rival.out_pico_usd),
            _saved(rival.out_pico_usd, today.out_pico_usd),
        ]
    known = rival.quality_out if found.held_out else rival.quality_in
    return name, *cells, "assumed" if known is None else f"{known.mean:.3f}"


def _saved(pico_usd: int, today_pico_usd: int) -> str:
    moved = pico_usd - today_pico_usd
    return spelling.percent_change(moved, today_pico_usd) if moved else ""


def _verdict(found: Found) -> str:
    if not found.held_out:
        return "What it saves on days it has not seen is not known."
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
    for feature, added in unit.added.items():
        if added is not None and added.most_s:
            yield (
                f"Added latency of {spelling.name(feature)}: {added.mean_s:,.2f} s on average, at "
                f"most {added.most_s:,.2f} s."
            )


def _unit(unit: UnitFound) -> None:
    say("h4", ", ".join(map(spelling.name, unit.features)))
    with ui.element("ul").classes("changes"):
        if not unit.feasible:
            say("li", "Nothing that was tried is within the bounds: your policy stands.", "warn")
        for line in unit.changes or ("Nothing changes.",):
            say("li", spelling.visible(line))
        for line in _quality(unit):
            say("li", line, "note")
        for line in notes(unit):
            say("li", spelling.visible(line), "note")
