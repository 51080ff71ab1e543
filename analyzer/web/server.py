"""Starts the app: its socket, its guard and its pages; prints where it is."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import click
import uvicorn
from fastapi import FastAPI

from analyzer.errors import RebillError
from analyzer.web.guard import MOST_BODY_BYTES, Guard, House
from analyzer.web.patience import ImpatientProtocol

_TOKEN_BYTES = 24
_MOST_CONNECTIONS = 200
MOST_HEADER_BYTES = 256 << 10
"""A link holds a whole scenario."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    db: Path
    price_files: tuple[str, ...]
    host: str
    port: int
    most_bytes: int


def serve(wanted: Wanted) -> None:
    """Serve the app until it is stopped.

    Raises:
        RebillError: the address cannot be listened on, or the database's folder not written.
    """
    # NiceGUI makes this folder for what its users keep; this app keeps nothing there.
    with tempfile.TemporaryDirectory(prefix="rebill-web-") as folder:
        os.environ["NICEGUI_STORAGE_PATH"] = folder
        bound = _bind(wanted.host, wanted.port)
        house = House(wanted.host, bound.getsockname()[1], _token(wanted.host))
        _run(wanted, house, bound)


def _run(wanted: Wanted, house: House, bound: socket.socket) -> None:
    # NiceGUI reads where its folder is when it is first imported.
    from analyzer.web.office import Office
    from analyzer.web.pages import add_pages

    office = Office.open(wanted.db, wanted.price_files, wanted.most_bytes)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_pages(app, office)
    config = uvicorn.Config(
        Guard(app, house),
        log_level="error",
        access_log=False,  # no address and no cookie in any log
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        # h11 is the one of uvicorn's parsers that bounds what stands before a body.
        http=ImpatientProtocol,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        ws_max_size=MOST_BODY_BYTES,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=2,
    )
    # NiceGUI logs addresses that are not there, and an address may hold anything.
    logging.getLogger("nicegui").setLevel(logging.ERROR)
    # Once it has closed its connections, uvicorn raises the signal again: end in peace then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    _greet(house)
    try:
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        office.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()
    except OSError as error:
        why = error.strerror or str(error)
        raise RebillError(
            f"{host}:{port}: cannot listen there ({why}); name another --port or --host"
        ) from error
    return bound


def _token(host: str) -> str | None:
    """Return a token where other machines can reach the app."""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    return None if here else secrets.token_urlsafe(_TOKEN_BYTES)


def _greet(house: House) -> None:
    if house.token is not None:
        click.echo(f"token: {house.token}", err=True)
        click.echo(
            "others who reach this address need the token; the connection is not encrypted, so "
            "put a proxy with TLS in front of it on any network but your own",
            err=True,
        )
    shown = f"[{house.host}]" if ":" in house.host else house.host
    click.echo(f"http://{shown}:{house.port}")
    click.echo("stop with Ctrl-C", err=True)
