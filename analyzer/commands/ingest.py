"""``rebill ingest``: load API logs and billing exports."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options
from analyzer.errors import FormatError

if TYPE_CHECKING:
    from analyzer.ingest import Account, Wish
    from analyzer.store import Store

_UNREAD_EXIT_CODE = 2


@click.command("ingest")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@options.database
@click.option(
    "--format",
    "format_name",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="The files' format, where it cannot be told.",
)
@click.option(
    "--feature",
    metavar="EXPR",
    help="Where a request's feature stands: metadata.team, request_tags[0].",
)
@options.as_json
def command(
    files: tuple[Path, ...], db: Path, format_name: str, feature: str | None, as_json: bool
) -> None:
    """Load API logs and billing exports; plain, .gz or .zst.

    The format is told from the file. The same bytes twice load nothing twice, and a request_id
    seen before is kept once. A bad line is set aside with its reason, and the rest loads. Prompts
    and answers are digested with a secret beside the database and never stored.

    \b
    Example:
      rebill ingest logs/*.jsonl.gz completions_usage_*.csv --feature metadata.team
    """
    from analyzer.adapters import FORMATS
    from analyzer.detect import AUTO, named_format
    from analyzer.ingest import Wish
    from analyzer.paths import parse_path
    from analyzer.store import Store

    if format_name != AUTO:
        named_format(format_name, FORMATS)
    if feature is not None:
        parse_path(feature)
    with Store.open(db) as store:
        store.unlock_digests()
        accounts, errors = _load_all(store, files, Wish(format_name, feature), as_json=as_json)
    if as_json:
        click.echo(_json(accounts, errors))
    if errors:
        sys.exit(_UNREAD_EXIT_CODE)


def _load_all(
    store: Store, files: tuple[Path, ...], wish: Wish, *, as_json: bool
) -> tuple[list[Account], list[str]]:
    """Load file by file; one that cannot be read is said, and the next one is loaded."""
    from analyzer.commands.accounts import spell_account
    from analyzer.ingest import ingest_file

    accounts, errors = [], []
    with _progress(files) as on_bytes:
        for path in files:
            try:
                account = ingest_file(store, path, wish, on_bytes=on_bytes)
            except FormatError as error:
                errors.append(str(error))
                click.echo(f"rebill: {error}", err=True)
                continue
            accounts.append(account)
            if not as_json:
                click.echo(spell_account(account))
    return accounts, errors


@contextmanager
def _progress(files: tuple[Path, ...]) -> Iterator[Callable[[int], None]]:
    """Show a bar of the bytes read on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    total = sum(path.stat().st_size for path in files if path.is_file())
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda count: bar.advance(task, count)


def _json(accounts: list[Account], errors: list[str]) -> str:
    from analyzer.commands.accounts import account_json

    counts = ("rows_in", "rows_loaded", "duplicates", "rejects")
    files = [account_json(account) for account in accounts]
    total = {name: sum(getattr(account, name) for account in accounts) for name in counts}
    return json.dumps({"files": files, **total, "errors": errors}, ensure_ascii=False)
