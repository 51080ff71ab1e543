"""The table of loaded files: what came in, what it covers, and a way out again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from nicegui import ui

from analyzer.web.frame import say
from reports import spelling

_COLUMNS = ("File", "Rows in", "Loaded", "Duplicates", "Rejects", "Set aside", "Days (UTC)",
            "Feature", "Prompt key", "Latency", "")  # fmt: skip
_COUNTS = ("rows_in", "rows_loaded", "duplicates")
_SHARES = ("tagged", "keyed", "timed")
_DIGEST_CHARACTERS = 16


def show_sources(
    sources: list[dict[str, Any]], remove: Callable[[str, str], Awaitable[None]]
) -> None:
    """Show the loaded files."""
    box = ui.element("div").classes("scroll").props('tabindex=0 role=region aria-label="Files"')
    with box, ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for number, name in enumerate(_COLUMNS):
                say("th" if name else "td", name, "" if number else "w").props(
                    "scope=col" if name else ""
                )
        with ui.element("tbody"):
            for source in sources:
                _row(source, remove)


def _row(source: dict[str, Any], remove: Callable[[str, str], Awaitable[None]]) -> None:
    file, digest = str(source["file"]), str(source["sha256"])[:_DIGEST_CHARACTERS]
    with ui.element("tr"):
        with ui.element("th").props("scope=row"):
            say("span", spelling.name(file))
            say("small", str(source["format"]))
        for name in _COUNTS:
            say("td", spelling.count(source[name]))
        with ui.element("td"):
            if source["rejects"]:
                say("span", spelling.count(source["rejects"]))
                ui.link("reasons (CSV)", f"/rejects/{source['source_id']}.csv").classes("small")
            else:
                say("span", "0")
        say("td", spelling.count(source["set_aside"]))
        say("td", _days(source["first_ts_us"], source["last_ts_us"]))
        for share in _SHARES:
            say("td", _share(source["coverage"], share))
        with ui.element("td"):
            button = ui.button("Take out", on_click=lambda: remove(digest, file))
            button.classes("plain").props("no-caps flat dense color=none")
            button.props["aria-label"] = f"Take out {file}"


def _days(first_us: int | None, last_us: int | None) -> str:
    if first_us is None or last_us is None:
        return spelling.NOTHING
    ends = (spelling.EPOCH + timedelta(microseconds=end) for end in (first_us, last_us))
    return " to ".join(dict.fromkeys(f"{end:%Y-%m-%d}" for end in ends))


def _share(coverage: dict[str, int] | None, name: str) -> str:
    if coverage is None:
        return spelling.NOTHING
    return spelling.percent(coverage[name], coverage["requests"], digits=0)
