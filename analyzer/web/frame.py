"""What every page wears: header, main part, messages, and the report's colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nicegui import ui

from analyzer.errors import RebillError
from analyzer.web.desk import Desk
from reports import theme

LINKS = (("Files", "/"), ("Explore", "/explore"), ("Tune", "/tune"), ("Compare", "/compare"))
STYLE_PATH = "/app.css"
_FAULT = (
    "This is a fault of rebill, and its terminal says more. Nothing that was loaded is lost: load "
    "the page again."
)
_LOOK_S = 0.5
_CSS = Path(__file__).parent / "app.css"


def style() -> str:
    """Return the app's style sheet, in the report's colours."""
    light, dark = theme.custom_properties(dark=False), theme.custom_properties(dark=True)
    text = _CSS.read_text(encoding="utf-8")
    return text.replace("{{LIGHT}}", light).replace("{{DARK}}", dark)


@contextmanager
def frame(title: str) -> Iterator[ui.element]:
    """Lay out a page: what the block makes stands in its main part."""
    ui.page_title(f"{title}: rebill")
    with ui.header(fixed=False, add_scroll_padding=False).classes("bar"):
        ui.link("rebill", "/").classes("home")
        with ui.element("nav").props('aria-label="Pages"'):
            for name, path in LINKS:
                link = ui.link(name, path)
                if name == title:
                    link.props('aria-current="page"')
    main = ui.element("div").classes("page")
    ui.skip_link("Skip to the page", target=main)

    def fault(error: Exception) -> None:
        with main:
            complain(error)

    ui.context.client.on_exception(fault)
    with main:
        ui.element("h1").classes("title")._text = title
        yield main


def say(tag: str, text: str, classes: str = "") -> ui.element:
    """Put a line of text on the page, as the element that it is."""
    element = ui.element(tag).classes(classes)
    element._text = text
    return element


def complain(error: BaseException | str) -> None:
    """Say in the page what went wrong; it stays until the page changes."""
    text = str(error) if isinstance(error, RebillError | str) else _FAULT
    with ui.element("div").classes("trouble").props("role=alert"):
        say("p", sentence(text))


def sentence(text: str) -> str:
    """Begin an error's line as a sentence, unless it begins with a file, and end it as one."""
    first = text.split(" ", 1)[0]
    begun = text[:1].upper() + text[1:] if first.isalpha() else text
    return begun if begun[-1:] in ".?!:" else f"{begun}."


def nothing_loaded() -> None:
    """Say where to begin."""
    with ui.element("div").classes("empty"):
        say("h2", "Nothing is loaded yet").style("margin-top:0")
        say("p", "Load a log first, or look around with the sample company.", "lead")
        ui.link("Load files", "/")


def waiting(text: str, desk: Desk | None = None) -> ui.element:
    """Show that something is being worked out, and what the desk does first where it is busy."""
    box = ui.element("div").classes("waiting").props("role=status")
    with box:
        ui.spinner(size="1.4em").props("aria-hidden=true")
        said = say("span", text)
        if desk is not None:

            def look() -> None:
                said._text = f"{text}; first: {desk.doing}" if desk.doing else text
                said.update()

            ui.timer(_LOOK_S, look)
    return box


async def wants_dark() -> bool:
    """Return whether the browser is in dark mode: charts are drawn in one mode or the other."""
    asked = 'window.matchMedia("(prefers-color-scheme: dark)").matches'
    return bool(await ui.run_javascript(asked, timeout=5))
