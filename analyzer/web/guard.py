"""Stands before every request: who may talk to the app, from which page, and how much."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from analyzer.web.door import login_page

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "rebill_token_{port}"
"""Browsers keep cookies by host, whatever the port: two servers keep their tokens apart."""
LOGIN = "/login"
UPLOADS = "/upload"
MOST_BODY_BYTES = 1 << 20
"""What any request but an upload may carry."""
_WRONG_TOKEN_WAIT_S = 1.0
_REFUSED = 403
_ONCE = ("host", "origin", "content-length")
_POLICY_VIOLATION = 1008
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # "no-referrer" would take the Origin from our own form
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class House:
    """Where the app is reached, and the token that another machine needs; None on this one."""

    host: str
    port: int
    token: str | None


class Guard:
    """Refuses what is not from this app's own pages; as ASGI, so that WebSockets pass here too."""

    def __init__(self, app: App, house: House) -> None:
        self.app, self._house = app, house
        self._cookie = COOKIE.format(port=house.port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse or pass on one request or WebSocket."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        why = refusal(headers, scope, self._house)
        if why:
            await _refuse(scope, receive, send, PlainTextResponse(f"{why}\n", _REFUSED))
            return
        _drop(scope, b"x-forwarded-prefix")
        if "text/html" in headers.get("accept", ""):
            _drop(scope, b"accept-encoding")  # a page gets its nonce on the way out
        if not self._known(headers):
            await self._at_the_door(scope, receive, send)
            return
        await self._pass_on(scope, receive, send, headers)

    def _known(self, headers: Headers) -> bool:
        token = self._house.token
        return token is None or any(
            secrets.compare_digest(said.encode(), token.encode())
            for said in _cookies(headers, self._cookie)
        )

    async def _at_the_door(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the token, take it, or refuse."""
        if scope["type"] == "websocket":
            await _refuse(scope, receive, send, PlainTextResponse("no token\n", 401))
            return
        response: Response
        if scope["method"] == "POST" and scope["path"] == LOGIN:
            response = await self._login(Request(scope, limited(receive, MOST_BODY_BYTES)))
        elif scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            response = login_page()
        else:
            response = PlainTextResponse("no token\n", 401)
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = policy("")
        await response(scope, receive, send)

    async def _login(self, request: Request) -> Response:
        said = (await request.body()).decode(errors="replace").removeprefix("token=").strip()
        token = self._house.token or ""
        if not secrets.compare_digest(said.encode(), token.encode()):
            await asyncio.sleep(_WRONG_TOKEN_WAIT_S)
            return login_page(wrong="That is not the token.")
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie, token, httponly=True, samesite="strict", path="/")
        return response

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(f"{UPLOADS}/"):
            if int(headers.get("content-length") or 0) > MOST_BODY_BYTES:
                await _refuse(scope, receive, send, PlainTextResponse("too large\n", 413))
                return
            receive = limited(receive, MOST_BODY_BYTES)
        await self.app(scope, receive, _with_policy(send) if scope["type"] == "http" else send)


def refusal(headers: Headers, scope: Scope, house: House) -> str:
    """Return why a request is refused: a foreign name for this machine, or a foreign page.

    A name that an attacker points at this machine (DNS rebinding) stands in Host; the page that
    sends a form or opens a WebSocket stands in Origin.
    """
    if any(len(headers.getlist(name)) > 1 for name in _ONCE):
        return "a header that may stand once stands twice"
    host = headers.get("host", "")
    if host not in names(house) and not _is_own_address(host, house):
        return "this name is not the app's: open the address that rebill serve printed"
    length = headers.get("content-length")
    if length is not None and not length.isdecimal():
        return "no such length"
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "sent by another page"
    changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
    if changes and origin is None:
        return "sent by no page"
    site = headers.get("sec-fetch-site", "none")
    visit = headers.get("sec-fetch-mode") == "navigate" and not changes
    if site not in ("none", "same-origin") and not visit:
        return "asked for by another page"
    return ""


def names(house: House) -> frozenset[str]:
    """Return the Host headers that mean this app."""
    hosts = {house.host, "localhost"}
    if house.token is None:
        hosts.add("127.0.0.1")
    with_port = {f"{_bracketed(name)}:{house.port}" for name in hosts}
    return frozenset(with_port | (set(hosts) if house.port == 80 else set()))


def _is_own_address(host: str, house: House) -> bool:
    """An address in digits needs no name server, so nobody can point it elsewhere."""
    if house.token is None:
        return False
    address, _, port = host.rpartition(":")
    try:
        ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    return port == str(house.port)


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def policy(nonce: str) -> str:
    """Return the content policy: this server's own files, and only scripts it wrote itself.

    Vue compiles templates in the browser ('unsafe-eval') and Quasar sets style attributes; both
    are NiceGUI's. No source but this server is named, so nothing is asked of anyone else.
    """
    script = f"'self' 'nonce-{nonce}' 'unsafe-eval'" if nonce else "'none'"
    directives = (
        "default-src 'none'",
        f"script-src {script}",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return "; ".join(directives)


def limited(receive: Receive, most_bytes: int) -> Receive:
    """Return a receive that ends a body longer than it may be, whatever its header says."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        return {"type": "http.disconnect"} if got > most_bytes else message

    return counted


def _with_policy(send: Send) -> Send:
    """Return a send that adds the headers, and a nonce to the scripts of our own pages."""
    nonce = secrets.token_urlsafe(16)
    start: Message = {}
    parts: list[bytes] = []

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update({k: v for k, v in _HEADERS.items() if k not in headers})
            if "content-security-policy" not in headers:
                headers["Content-Security-Policy"] = policy(nonce)
            if headers.get("content-type", "").startswith("text/html") and _is_ours(headers):
                start.update(message)
                return
            await send(message)
        elif start:
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await _send_page(send, start, b"".join(parts), nonce)
        else:
            await send(message)

    return guarded


def _is_ours(headers: MutableHeaders) -> bool:
    return "content-disposition" not in headers and "x-report" not in headers


async def _send_page(send: Send, start: Message, page: bytes, nonce: str) -> None:
    """NiceGUI escapes every ``<`` of what a page shows, so a script's tag is always its own."""
    page = page.replace(b"<script", f'<script nonce="{nonce}"'.encode())
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(page))
    headers["cache-control"] = "no-store"
    await send(start)
    await send({"type": "http.response.body", "body": page})


async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    await response(scope, receive, send)


def _drop(scope: Scope, name: bytes) -> None:
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] != name]


def _cookies(headers: Headers, name: str) -> Iterable[str]:
    for part in headers.get("cookie", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            yield value
