"""The list of downloads under a scenario: the same files that the command line writes."""

from __future__ import annotations

from nicegui import ui

from analyzer.web.downloads import FILES
from analyzer.web.frame import say

ANCHOR = "downloads"


def lay_out_downloads() -> ui.element:
    """Make the place of the list."""
    with ui.element("section").props(f'id={ANCHOR} aria-label="Download"'):
        say("h2", "Download")
        say("p", "Byte for byte the files that the command line writes.", "note")
        return ui.element("ul").classes("files")


def show_downloads(held: ui.element, word: str) -> None:
    """Show every file of the scenario that a link's word holds."""
    held.clear()
    with held:
        for name, (title, _) in FILES.items():
            with ui.element("li"):
                link = ui.link(name, f"/download/{name}?s={word}")
                link.on("click", lambda name=name: ui.notify(f"{name} is being written"))
                say("span", title, "note")
        with ui.element("li"):
            ui.link("Look at the report", f"/report?s={word}", new_tab=True)
            say("span", "The page that report.html holds", "note")
