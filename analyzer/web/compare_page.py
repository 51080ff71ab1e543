"""The page that sets saved scenarios side by side."""

from __future__ import annotations

from nicegui import ui

from analyzer.errors import RebillError
from analyzer.findings import Findings
from analyzer.web.frame import complain, frame, say, waiting
from analyzer.web.office import Office
from analyzer.web.scenario import to_link
from analyzer.web.show import show_section
from reports import spelling
from reports.comparison import comparison


def add(office: Office) -> None:
    """Add the page."""

    @ui.page("/compare")
    async def compare() -> None:
        with frame("Compare"):
            held = ui.element("div")
        await ui.context.client.connected()
        await _show(office, held)


async def _show(office: Office, held: ui.element) -> None:
    held.clear()
    try:
        saved = office.shelf.all()
    except RebillError as error:
        with held:
            complain(str(error))
        return
    with held:
        if not saved:
            _say_empty()
            return
        box = waiting(f"Replaying {spelling.plural(len(saved), 'scenario')}")
    found, failed = await _findings(office, saved)
    box.delete()
    with held:
        for name, why in failed:
            complain(f"{name}: {why}")
        if found:
            show_section(comparison(found))
        say("h2", "Saved scenarios")
        with ui.element("ul").classes("files"):
            for name, text in saved.items():
                _saved(office, held, name, text)


def _say_empty() -> None:
    with ui.element("div").classes("empty"):
        say("h2", "No scenario is saved yet").style("margin-top:0")
        say("p", "Tune a policy, give it a name and save it; then tune another.", "lead")
        ui.link("Tune a policy", "/tune")


async def _findings(
    office: Office, saved: dict[str, str]
) -> tuple[list[Findings], list[tuple[str, str]]]:
    found, failed = [], []
    for name, text in saved.items():
        try:
            found.append(await office.desk.do(lambda text=text: office.desk.findings(text)))  # type: ignore[misc]
        except RebillError as error:
            failed.append((name, str(error)))
    return found, failed


def _saved(office: Office, held: ui.element, name: str, text: str) -> None:
    async def forget() -> None:
        office.shelf.drop(name)
        await _show(office, held)

    with ui.element("li"):
        ui.link(spelling.name(name), f"/tune?s={to_link(text)}")
        ui.link("report", f"/report?s={to_link(text)}").props["aria-label"] = f"report of {name}"
        button = ui.button("Forget", on_click=forget).classes("plain")
        button.props("no-caps flat dense color=none").props["aria-label"] = f"Forget {name}"
