"""Adds the app's pages and addresses to a server."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.requests import ClientDisconnect

from analyzer.errors import RebillError
from analyzer.web import compare_page, explore_page, files_page, frame, tune_page
from analyzer.web.desk import TODAY
from analyzer.web.door import notice
from analyzer.web.downloads import FILES, rejects, written
from analyzer.web.guard import UPLOADS
from analyzer.web.office import Office
from analyzer.web.scenario import from_link
from analyzer.web.spool import NoRoomError

TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "toml": "application/toml",
    "yaml": "application/yaml",
    "py": "text/x-python; charset=utf-8",
}
_REPORT_POLICY = "sandbox allow-scripts allow-modals allow-downloads; frame-ancestors 'none'"
_BAD, _TOO_LARGE, _LENGTH_WANTED = 400, 413, 411


def add_pages(app: FastAPI, office: Office) -> None:
    """Add every page and every address."""
    _add_addresses(app, office)
    for page in (files_page, explore_page, tune_page, compare_page):
        page.add(office)
    nicegui_app.add_exception_handler(404, _not_there)
    # Quasar's own bar over the page has no name; each upload shows its own progress.
    nicegui_app.config.quasar_config["loadingBar"] = {"skipHijack": True}
    # What is scrolled into sight while it unfolds jumps back under the finger that presses it.
    ui.expansion.default_props("dense duration=0")
    ui.add_head_html(f'<link rel="stylesheet" href="{frame.STYLE_PATH}">', shared=True)
    ui.run_with(
        app,
        title="rebill",
        dark=None,
        language="en-US",
        tailwind=False,
        favicon="\N{BANKNOTE WITH DOLLAR SIGN}",
        show_welcome_message=False,
        reconnect_timeout=30,
    )


def _add_addresses(app: FastAPI, office: Office) -> None:
    css = frame.style()

    @app.get(frame.STYLE_PATH)
    async def style() -> Response:
        return Response(css, media_type="text/css", headers={"Cache-Control": "no-cache"})

    @app.post(UPLOADS + "/{page}")
    async def upload(page: str, request: Request) -> Response:
        return await _upload(office, page, request)

    @app.get("/download/{name}")
    async def download(request: Request, name: str, s: str = "") -> Response:
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return await _file(office, request, name, s, headers)

    @app.get("/report")
    async def report(request: Request, s: str = "") -> Response:
        headers = {"Content-Security-Policy": _REPORT_POLICY, "X-Report": "1"}
        return await _file(office, request, "report.html", s, headers)

    @app.get("/tuned/{number}.toml")
    async def tuned(request: Request, number: str) -> Response:
        text = office.tuned.get(number)
        if text is None:
            return await _not_there(request, KeyError(number))
        headers = {"Content-Disposition": 'attachment; filename="tuned.toml"'}
        return Response(text.encode(), media_type=TYPES["toml"], headers=headers)

    @app.get("/rejects/{source_id}.csv")
    async def rejected(request: Request, source_id: int) -> Response:
        headers = {"Content-Disposition": f'attachment; filename="rejects-{source_id}.csv"'}
        try:
            found = await office.desk.do(lambda: rejects(office.desk, source_id))
        except RebillError as error:
            return notice(request, "No reasons", str(error), _BAD)
        return Response(found, media_type=TYPES["csv"], headers=headers)


async def _not_there(request: Request, _: Exception) -> Response:
    return notice(request, "Not here", "rebill has no page or file of this name.", 404)


async def _file(
    office: Office, request: Request, name: str, word: str, headers: dict[str, str]
) -> Response:
    if name not in FILES:
        return await _not_there(request, KeyError(name))
    try:
        text = from_link(word) if word else TODAY
        found = await office.desk.do(
            lambda: written(office.desk, name, text), doing=f"writing {name}"
        )
    except RebillError as error:
        back = f"/tune?s={word}" if word else "/"
        return notice(request, f"No {name}", str(error), _BAD, back)
    kind = TYPES[name.rsplit(".", 1)[-1]]
    return Response(found, media_type=kind, headers={**headers, "Cache-Control": "no-store"})


async def _upload(office: Office, page: str, request: Request) -> Response:
    """Take one file's bytes as the request's body, and tell the page how it ended."""
    length = request.headers.get("content-length")
    why = ""
    status = 200
    try:
        if length is None:
            return PlainTextResponse("say how long the file is\n", _LENGTH_WANTED)
        name = _plain(request.headers.get("x-file-name", ""))
        await office.spool.take(name, int(length), _chunks(request))
    except ClientDisconnect:
        why, status = "an upload broke off: nothing of it was kept; send the file again", _BAD
    except NoRoomError as error:
        why, status = str(error), _TOO_LARGE
    except OSError as error:
        why, status = f"the upload cannot be written ({error.strerror})", 507
    told = office.arrived.get(page)
    if told is not None:
        told(why)
    return PlainTextResponse(f"{why or 'here'}\n", status)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


def _plain(name: str) -> str:
    """Return a header's text: the browser writes all but plain letters as ``%`` and two digits."""
    raw, parts = b"", name.encode("latin-1", "replace").split(b"%")
    raw = parts[0]
    for part in parts[1:]:
        try:
            raw += bytes.fromhex(part[:2].decode("ascii")) + part[2:]
        except ValueError:
            raw += b"%" + part
    return raw.decode(errors="replace")
