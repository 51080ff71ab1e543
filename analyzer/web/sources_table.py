"""The table of loaded files: what came in, what it covers, and a way out again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from nicegui import ui

from analyzer.adapters import FORMATS
from analyzer.web.frame import say
from reports import spelling

_COLUMNS = ("File", "Rows in", "Loaded", "Not loaded", "Days (UTC)", "Feature", "Prompt key",
            "Latency")  # fmt: skip
_SHARES = ("tagged", "keyed", "timed")
_LEFT_OUT = (("duplicates", "seen before"), ("set_aside", "set aside"), ("rejects", "rejected"))
_DIGEST_CHARACTERS = 16
_TITLES = {one.name: one.title for one in FORMATS}


def show_sources(
    sources: list[dict[str, Any]], remove: Callable[[str, str], Awaitable[None]]
) -> None:
    """Show the loaded files."""
    box = ui.element("div").classes("scroll").props('tabindex=0 role=region aria-label="Files"')
    with box, ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for name in _COLUMNS:
                say("th", name).props("scope=col")
        with ui.element("tbody"):
            for source in sources:
                _row(source, remove)


def _row(source: dict[str, Any], remove: Callable[[str, str], Awaitable[None]]) -> None:
    file, digest = str(source["file"]), str(source["sha256"])[:_DIGEST_CHARACTERS]
    with ui.element("tr"):
        with ui.element("th").props("scope=row"):
            say("span", spelling.name(file))
            say("small", _TITLES.get(str(source["format"]), str(source["format"])))
            button = ui.button("Take out", on_click=lambda: remove(digest, file))
            button.classes("quiet-button").props("no-caps flat dense color=none")
            button.props["aria-label"] = f"Take out {file}"
        say("td", spelling.count(source["rows_in"]))
        say("td", spelling.count(source["rows_loaded"]))
        with ui.element("td"):
            _left_out(source)
        with ui.element("td"):
            for end in _days(source["first_ts_us"], source["last_ts_us"]):
                say("div", end)
        for share in _SHARES:
            say("td", _share(source["coverage"], share))


def _left_out(source: dict[str, Any]) -> None:
    """Name each row that came in and was not loaded: none of them is lost."""
    for name, noun in _LEFT_OUT:
        if source[name]:
            say("div", f"{spelling.count(source[name])} {noun}")
    if source["rejects"]:
        ui.link("reasons (CSV)", f"/rejects/{source['source_id']}.csv").classes("small")
    if not any(source[name] for name, _ in _LEFT_OUT):
        say("span", "0")


def _days(first_us: int | None, last_us: int | None) -> list[str]:
    if first_us is None or last_us is None:
        return [spelling.NOTHING]
    ends = (spelling.EPOCH + timedelta(microseconds=end) for end in (first_us, last_us))
    first, *last = dict.fromkeys(f"{end:%Y-%m-%d}" for end in ends)
    return [first, *(f"to {end}" for end in last)]


def _share(coverage: dict[str, int] | None, name: str) -> str:
    if coverage is None:
        return spelling.NOTHING
    return spelling.percent(coverage[name], coverage["requests"], digits=0)
