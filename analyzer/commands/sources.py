"""``rebill sources``: what was loaded, row by accounted row."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from analyzer.commands import options
from analyzer.errors import StoreError

_UNFOLDED_WIDTH = 400
"""Where nobody looks, a file's name stands on one line."""
_SHARES = ("tagged", "keyed", "prefixed", "measured", "timed")
"""Of a file's requests, those that name a feature, and that have a prompt_key, a prefix_key,
response_chars and a latency."""


@click.group("sources", invoke_without_command=True)
@options.database
@options.as_json
@click.pass_context
def command(context: click.Context, db: Path, as_json: bool) -> None:
    """List what was loaded: file, format, rows, rejects, window, coverage."""
    if context.invoked_subcommand is None:
        _list(db, as_json=as_json)


@command.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@options.database
@options.as_json
@click.pass_context
def remove_command(context: click.Context, names: tuple[str, ...], db: Path, as_json: bool) -> None:
    """Take loaded files out again, with every row that they brought.

    NAME is a file's name as rebill sources lists it, or the start of its digest. All of them go,
    or none.

    \b
    Example:
      rebill sources remove completions_usage_2026-09.csv
    """
    from analyzer.ingest.remove import remove
    from analyzer.store import Store

    db = options.database_of(context, db)
    if not db.exists():
        raise StoreError(f"{db}: no database there, so nothing to remove")
    with Store.open(db) as store:
        gone = remove(store, names)
    if as_json:
        rows = [{"file": one.file, "sha256": one.sha256, "rows": one.rows} for one in gone]
        click.echo(json.dumps({"removed": rows}, ensure_ascii=False))
        return
    for one in gone:
        click.echo(f"{one.file}: removed, with its {one.rows:,} rows")


@command.command("rejects")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@options.database
@options.as_json
@click.pass_context
def rejects_command(
    context: click.Context, names: tuple[str, ...], db: Path, as_json: bool
) -> None:
    """List the rows that could not be read: file, line, reason, and the mend.

    NAME is a file's name as rebill sources lists it, or the start of its digest; all files without
    one. Rows are never printed: they may hold prompts.

    \b
    Example:
      rebill sources rejects completions_usage_2026-09.csv
    """
    from analyzer.ingest.remove import source_number
    from analyzer.store import Store

    with Store.open(options.database_of(context, db), read_only=True) as store:
        numbers = [source_number(store, name) for name in names]
        found = store.query("sources")["source_id"].to_list() if not names else numbers
        rows = [row for n in found for row in store.query("reject_rows", source_id=n).to_dicts()]
    if as_json:
        click.echo(json.dumps({"rejects": rows}, ensure_ascii=False))
        return
    lines = [f"{row['file']}: line {row['line']}: {row['reason']}" for row in rows]
    click.echo("\n".join(lines) if lines else "every row could be read")


def _list(db: Path, *, as_json: bool) -> None:
    from analyzer.store import Store

    with Store.open(db, read_only=True) as store:
        coverage = {row["source_id"]: row for row in store.query("coverage").to_dicts()}
        sources = store.query("sources").to_dicts()
    for source in sources:
        source["coverage"] = coverage.get(source["source_id"])
    click.echo(_json(sources) if as_json else _text(sources))


def _json(sources: list[dict[str, object]]) -> str:
    from analyzer.commands.accounts import spell_time

    rows = []
    for source in sources:
        row = dict(source)
        for name in ("first_ts", "last_ts", "loaded_at"):
            row[name] = spell_time(row.pop(f"{name}_us"))  # type: ignore[arg-type]
        held = row.pop("coverage")
        found = held if isinstance(held, dict) else {}
        row["coverage"] = {name: found[name] for name in ("requests", *_SHARES) if name in found}
        rows.append(row)
    return json.dumps({"sources": rows}, ensure_ascii=False)


def _text(sources: list[dict[str, object]]) -> str:
    if not sources:
        return "nothing is loaded; load a log first: rebill ingest FILE"
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="", show_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("format")
    aside = any(source["set_aside"] for source in sources)
    for name in ("rows in", "loaded", "duplicates", "rejects", *(["set aside"] if aside else [])):
        table.add_column(name, justify="right")
    for name in ("from", "to"):
        table.add_column(name)
    for name in ("feature", "prompt key", "latency"):
        table.add_column(name, justify="right")
    for source in sources:
        table.add_row(*_cells(source, ("set_aside",) if aside else ()))
    out = StringIO()
    width = options.terminal_width() if sys.stdout.isatty() else _UNFOLDED_WIDTH
    Console(file=out, width=width, highlight=False, markup=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _cells(source: dict[str, object], more: tuple[str, ...]) -> list[str]:
    from analyzer.commands.accounts import spell_time
    from analyzer.money import spell_percent

    counts = ("rows_in", "rows_loaded", "duplicates", "rejects", *more)
    held = source["coverage"]
    first_us, last_us = source["first_ts_us"], source["last_ts_us"]
    if isinstance(last_us, int) and not isinstance(held, dict):
        last_us -= 1  # the end of a total is no part of it
    days = [(spell_time(us) or "")[:10] for us in (first_us, last_us)]  # type: ignore[arg-type]
    shares = ["", "", ""]
    if isinstance(held, dict):
        names = ("tagged", "keyed", "timed")
        shares = [spell_percent(held[name], held["requests"], digits=0) for name in names]
    return [
        str(source["file"]),
        str(source["format"]),
        *(f"{source[name]:,}" for name in counts),
        *days,
        *shares,
    ]
