"""Attacks on the server: foreign names, foreign pages, no token, odd names, too much."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from analyzer.web import guard

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": base64.b64encode(os.urandom(16)).decode(),
}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
OWN_NAME = re.compile(r"[0-9a-f]{32}(\.name)?")
EVIL = "http://evil.example"


@pytest.fixture(scope="module")
def server(serve):
    return serve()


@pytest.fixture(scope="module")
def public(serve):
    server = serve("--host", "0.0.0.0")
    said = server.errors.read_text().splitlines()
    tokens = [line.removeprefix("token: ") for line in said if line.startswith("token: ")]
    assert len(tokens) == 1
    server.token = tokens[0]
    return server


def own(server):
    return f"http://{server.host}"


@pytest.mark.parametrize(
    "name",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", "127.0.0.1.nip.io:{port}"],
)
def test_a_name_that_somebody_points_here_is_refused(server, name):
    answer = server.ask("/", Host=name.format(port=server.port))
    assert answer.status == 403


def test_the_printed_address_and_localhost_are_answered(server):
    assert server.ask("/").status == 200
    assert server.ask("/", Host=f"localhost:{server.port}").status == 200


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1", "https://127.0.0.1", None])
def test_a_websocket_of_another_page_is_refused(server, origin):
    assert server.ask(SOCKET, Origin=origin, **UPGRADE).status == 403


@pytest.mark.parametrize(
    "lines",
    [
        ("Host: {own}", "Host: evil.example"),
        ("Host: evil.example", "Host: {own}"),
        ("Host: {own}", "Origin: http://{own}", "Origin: http://evil.example"),
        ("Host: {own}", "X: " + "a" * (1 << 20)),
        ("Host: {own}", *(f"X{n}: a" for n in range(60_000))),
    ],
)
def test_what_stands_before_a_body_is_bounded_and_stands_once(server, lines):
    head = "\r\n".join(line.format(own=server.host) for line in lines)
    with wire_to(server) as wire, suppress(OSError):  # it may close before it has read all
        wire.sendall(f"GET / HTTP/1.1\r\n{head}\r\n\r\n".encode())
        assert wire.recv(1 << 12).split(b" ")[1] in (b"400", b"403")


def wire_to(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def test_a_websockets_message_is_bounded(server):
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in UPGRADE.items())
    opening = f"GET {SOCKET} HTTP/1.1\r\nHost: {server.host}\r\nOrigin: {own(server)}\r\n{head}\r\n"
    with wire_to(server) as wire:
        wire.sendall(opening.encode())
        assert b" 101 " in wire.recv(1 << 12)
        before = peak_kb(server)
        size = 64 << 20
        with suppress(OSError):  # the connection is cut
            wire.sendall(b"\x81\xff" + size.to_bytes(8, "big") + b"\0\0\0\0")
            for _ in range(64):
                wire.sendall(b"4" * (1 << 20))
            pytest.fail("it took all of the message")
    assert peak_kb(server) - before < 40 << 10


def test_a_websocket_of_an_own_page_is_opened(server):
    assert server.ask(SOCKET, Origin=own(server), **UPGRADE).status == 101


@pytest.mark.parametrize("origin", [EVIL, "null", None])
def test_a_form_of_another_page_is_refused_and_leaves_nothing(server, origin):
    answer = server.upload("log.jsonl", b"{}\n", Origin=origin)
    assert answer.status == 403
    assert list(server.uploads.iterdir()) == []


def test_another_page_cannot_read_a_download_through_a_tag(server):
    path = "/download/policy.toml"
    sent = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert server.ask(path, **sent).status == 403
    assert server.ask(path, **{**sent, "Sec_Fetch_Site": "same-site"}).status == 403
    assert server.ask(path, **{**sent, "Sec_Fetch_Site": "same-origin"}).status == 200


def test_the_policy_names_no_source_but_this_server(server):
    answer = server.ask("/", Accept="text/html", Accept_Encoding="gzip")
    policy = answer.headers["Content-Security-Policy"]
    assert "http" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert directive in policy
    nonce = policy.split("'nonce-")[1].split("'")[0].encode()
    assert answer.text.count(b"<script") == answer.text.count(b'<script nonce="' + nonce) > 3
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_two_pages_share_a_nonce(server):
    policies = {server.ask("/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_a_large_body_is_refused_with_and_without_its_length(server):
    large = b"x" * (2 << 20)
    sent = {"Origin": own(server)}
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert server.ask(path, "POST", Content_Length=str(len(large)), **sent).status == 413
    chunk = f"{len(large):x}\r\n".encode() + large + b"\r\n0\r\n\r\n"
    answer = server.ask(path, "POST", chunk, Transfer_Encoding="chunked", **sent)
    assert answer.status >= 400


def test_an_upload_says_its_length(server):
    sent = {"Origin": own(server), "Transfer_Encoding": "chunked"}
    answer = server.ask("/upload/page", "POST", b"1\r\nx\r\n0\r\n\r\n", **sent)
    assert answer.status == 411


def test_ten_gigabytes_are_refused_before_the_first_byte(server):
    answer = server.ask(
        "/upload/page",
        "POST",
        Origin=own(server),
        X_File_Name="huge.jsonl",
        Content_Length=str(10 << 30),
    )
    assert answer.status == 413
    assert b"--max-upload-gb" in answer.text
    assert list(server.uploads.iterdir()) == []


@pytest.mark.parametrize("name", ["../../evil.jsonl", "/etc/cron.d/x", "..%2F..%2Fx", "a\\..\\b"])
def test_a_files_name_is_never_part_of_a_path(server, name):
    before = {path for path in server.db.parent.rglob("*") if path.parent != server.uploads}
    assert server.upload(name, b"{}\n").status == 200
    after = {path for path in server.db.parent.rglob("*") if path.parent != server.uploads}
    assert after == before
    assert all(OWN_NAME.fullmatch(path.name) for path in server.uploads.iterdir())
    assert server.uploads.stat().st_mode & 0o077 == 0


def test_a_large_upload_is_never_held_in_memory(server):
    megabyte, count = b"x" * (1 << 20), 150
    before = peak_kb(server)
    answer = server.ask(
        "/upload/page",
        "POST",
        (megabyte for _ in range(count)),
        Origin=own(server),
        X_File_Name="large.jsonl",
        Content_Length=str(count << 20),
    )
    assert answer.status == 200
    assert peak_kb(server) - before < 40 << 10


def peak_kb(server):
    with Path(f"/proc/{server.process.pid}/status").open() as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def test_an_upload_that_breaks_off_leaves_nothing(server):
    before = set(server.uploads.iterdir())
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        head = (
            f"POST /upload/page HTTP/1.1\r\nHost: {server.host}\r\nOrigin: {own(server)}\r\n"
            "X-File-Name: half.jsonl\r\nContent-Length: 1000000\r\n\r\n"
        )
        wire.sendall(head.encode() + b"x" * 5000)
    for _ in range(100):
        server.ask("/app.css")
        if set(server.uploads.iterdir()) == before:
            break
    assert set(server.uploads.iterdir()) == before
    assert server.ask("/").status == 200


HURRY = "import analyzer.web.patience as p; p.HEAD_S = p.STALL_S = 0.5"
DRIPS = {
    "a head": (b"GET / HTTP/1.1\r\nHost: {host}\r\n", b"X-%d: 1\r\n"),
    "a second head": (b"GET /app.css HTTP/1.1\r\nHost: {host}\r\n\r\nGET / ", b"x%d"),
    "nothing": (b"", b""),
    "a body": (
        b"POST /upload/page HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        b"X-File-Name: slow.jsonl\r\nContent-Length: 1000000\r\n\r\nhalf", b""),
    "a body, byte by byte": (
        b"POST /login HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        b"Content-Length: 100000\r\n\r\n", b"x%d"),
}  # fmt: skip


@pytest.mark.parametrize("what", DRIPS)
def test_a_connection_that_only_keeps_the_server_waiting_is_ended(serve, what):
    server = serve(first=HURRY)
    start, drip = DRIPS[what]
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        wire.sendall(start.replace(b"{host}", server.host.encode()))
        with suppress(ConnectionError):
            for count in range(20 if drip else 0):  # each byte comes well within the deadline
                time.sleep(0.1)
                wire.sendall(drip % count)
            while wire.recv(4096):
                pass
    assert server.ask("/").status == 200
    assert list(server.uploads.iterdir()) == []


def test_a_page_that_is_merely_open_stays_connected(serve, tab):
    page = tab(serve(first=HURRY), "/explore")
    page.get_by_text("load a log first").wait_for()
    page.wait_for_timeout(1_500)
    assert page.locator("#popup").get_attribute("aria-hidden") == "true"
    assert page.complaints == []


@pytest.mark.parametrize("path", ["/download/..%2F..%2Fetc%2Fpasswd", "/download/x", "/docs"])
def test_only_known_files_are_handed_out(server, path):
    assert server.ask(path).status == 404


def test_a_bomb_in_a_link_is_refused_in_words(server):
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b"#" * (64 << 20), 9)).decode()
    answer = server.ask(f"/download/policy.toml?s={bomb[:60000]}")
    assert answer.status == 400
    assert b"link" in answer.text
    assert server.ask("/download/policy.toml?s=%00").status == 400


def test_another_machine_needs_the_token(public):
    assert public.ask("/", Accept="text/html").status == 401
    assert public.ask("/download/policy.toml").status == 401
    assert public.ask(SOCKET, Origin=own(public), **UPGRADE).status in (401, 403)
    assert public.upload("log.jsonl", b"{}\n").status == 401
    assert list(public.uploads.iterdir()) == []
    assert public.ask("/", Cookie=f"rebill_token_{public.port}=guess").status == 401


def test_the_token_becomes_a_cookie_that_no_script_reads(public):
    body = f"token={public.token}".encode()
    sent = {"Origin": own(public), "Content_Length": str(len(body))}
    answer = public.ask("/login", "POST", body, **sent)
    assert answer.status == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert public.ask("/", Cookie=cookie.split(";")[0]).status == 200


def test_a_wrong_token_is_refused_and_no_token_is_written_down_twice(public):
    sent = {"Origin": own(public), "Content_Length": "11"}
    answer = public.ask("/login", "POST", b"token=wrong", **sent)
    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers
    known = {"Cookie": f"rebill_token_{public.port}={public.token}"}
    for path in ("/", "/nowhere", "/download/report.html"):
        public.ask(f"{path}?token={public.token}")
        public.ask(f"{path}?token={public.token}", **known)
    assert public.errors.read_text().count(public.token) == 1


def test_a_token_is_compared_in_constant_time(monkeypatch):
    """Both the cookie and the form: by the one function that takes as long for any guess."""
    compared = []

    def spying(said, token):
        compared.append((said, token))
        return False

    monkeypatch.setattr(guard.secrets, "compare_digest", spying)
    standing = guard.Guard(nobody, guard.House("0.0.0.0", 80, "right"))
    for scope in (
        scope_of("GET", "/", cookie="rebill_token_80=guess"),
        scope_of("POST", "/login", origin="http://localhost"),
    ):
        ask(standing, scope, b"token=guess")
    assert compared == [(b"guess", b"right"), (b"guess", b"right")]


async def nobody(scope, receive, send):
    pytest.fail("it was let in")


def scope_of(method, path, **headers):
    named = {"host": "localhost", "accept": "text/html", **headers}
    raw = [(name.encode(), value.encode()) for name, value in named.items()]
    return {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}


def ask(app, scope, body):
    """Let an app answer one request on a thread of its own: this one has the browser's loop."""

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        pass

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()


def test_a_name_is_refused_on_a_public_address_too(public):
    cookie = {"Cookie": f"rebill_token_{public.port}={public.token}"}
    assert public.ask("/", Host=f"evil.example:{public.port}", **cookie).status == 403
    assert public.ask("/", Host=f"192.0.2.7:{public.port}", **cookie).status == 200


def test_a_person_with_the_token_is_let_in(public, tab):
    page = tab(public, address=f"http://{public.host}/")
    page.get_by_label("The token that").fill("a guess")
    page.get_by_role("button", name="Open").click()
    page.get_by_text("That is not the token.").wait_for()
    page.get_by_label("The token that").fill(public.token)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="Try it with the sample company").wait_for()
