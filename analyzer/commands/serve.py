"""``rebill serve``: the local web app."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from analyzer.commands import options
from analyzer.errors import RebillError

_HERE = "127.0.0.1"


@click.command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8411,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option(
    "--host",
    default=_HERE,
    show_default=True,
    help="Another address opens the app to others, who then need a token.",
)
@click.option(
    "--max-upload-gb",
    type=click.IntRange(1, 10_000),
    default=8,
    show_default=True,
    help="The largest file that may be uploaded.",
)
@options.database
@options.prices
def command(
    port: int, host: str, max_upload_gb: int, db: Path, price_files: tuple[str, ...]
) -> None:
    """Open the local web app: upload exports, tune thresholds, download the report.

    It listens on this machine alone, and asks the network for nothing. Stop it with Ctrl-C.

    \b
    Example:
      rebill serve --db company.duckdb
    """
    if find_spec("nicegui") is None:
        raise RebillError("the web app is an extra: pip install 'rebill[web]'")
    # By name, as the command line finds its commands: the web app stands above them.
    server = import_module("analyzer.web.server")
    server.serve(
        server.Wanted(
            db=db, price_files=price_files, host=host, port=port, most_bytes=max_upload_gb << 30
        )
    )
