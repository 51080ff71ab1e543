"""``rebill ingest``: load API logs and billing exports."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options
from analyzer.errors import FormatError

if TYPE_CHECKING:
    from analyzer.ingest.account import Account
    from analyzer.ingest.load import Wish
    from analyzer.savings.attributed import Attribution
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
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A TOML file that says how to read any other CSV, JSON or Parquet file: requests, usage "
    "totals or charges (see sample_logs/mappings).",
)
@click.option(
    "--explain", is_flag=True, help="Load nothing: show how each column is read, and three rows."
)
@click.option(
    "--batch-input",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What was sent as the batch whose output is loaded, to be joined by custom_id.",
)
@click.option(
    "--batch-time",
    metavar="TIME",
    help="When that batch ran, where its output carries no time: 2026-10-01T00:00:00Z.",
)
@click.option(
    "--features",
    "names_file",
    type=click.Path(path_type=Path),
    help="What to call features: a CSV with the columns id,feature (see rebill features).",
)
@click.option(
    "--infer-features",
    is_flag=True,
    help="Tell untagged requests apart by their call site: system prompt and tools.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Take out what a file replaces: loaded files of its name, and totals of the same money.",
)
@click.option(
    "--other-money",
    is_flag=True,
    help="Totals that look like loaded ones of the same provider and days are other money, such as "
    "another account's: load them beside.",
)
@options.as_json
def command(
    files: tuple[Path, ...],
    db: Path,
    format_name: str,
    feature: str | None,
    mapping_file: Path | None,
    explain: bool,
    batch_input: Path | None,
    batch_time: str | None,
    names_file: Path | None,
    infer_features: bool,
    replace: bool,
    other_money: bool,
    as_json: bool,
) -> None:
    """Load API logs and billing exports; plain, .gz or .zst.

    The format is told from the file. The same bytes twice load nothing twice, and a request_id
    seen before is kept once. A bad line is set aside with its reason, and the rest loads. Prompts
    and answers are digested with a secret beside the database and never stored.

    \b
    Example:
      rebill ingest logs/*.jsonl.gz completions_usage_*.csv --feature metadata.team
      rebill ingest trace.csv --mapping trace.toml --explain
    """
    from analyzer.commands.accounts import spell_attribution
    from analyzer.ingest.overlap import Older
    from analyzer.store import Store

    wish = _wish(format_name, feature, mapping_file)
    wish = dataclasses.replace(
        wish, batch_input=batch_input, batch_time=batch_time, is_other_money=other_money
    )
    if replace:
        wish = dataclasses.replace(wish, replace=Older(time.time_ns() // 1000))
    if explain:
        errors = _explain_all(files, wish, as_json=as_json)
    else:
        with Store.open(db) as store:
            store.unlock_digests()
            accounts, errors = _load_all(store, files, wish, as_json=as_json)
            _name_features(store, names_file, infer=infer_features)
            attribution = _attribution(store) if accounts else {}
        if as_json:
            click.echo(_json(accounts, errors, attribution))
        for held_as, share in {} if as_json else attribution.items():
            click.echo(spell_attribution(share, held_as))
    if errors:
        sys.exit(_UNREAD_EXIT_CODE)


def _wish(format_name: str, feature: str | None, mapping_file: Path | None) -> Wish:
    from analyzer.adapters import FORMATS
    from analyzer.ingest.detect import AUTO, named_format
    from analyzer.ingest.load import Wish
    from analyzer.ingest.mapping_file import read_mapping
    from analyzer.ingest.paths import parse_path

    if format_name != AUTO:
        if mapping_file is not None:
            raise FormatError("--mapping and --format say two things: leave --format out")
        named_format(format_name, FORMATS)
    if feature is not None:
        parse_path(feature)
    mapping = None if mapping_file is None else read_mapping(mapping_file)
    return Wish(format_name, feature, mapping)


def _name_features(store: Store, names_file: Path | None, *, infer: bool) -> None:
    from analyzer.commands.features import spell_names
    from analyzer.ingest.features import infer_call_sites, load_names

    if infer:
        infer_call_sites(store)
    if names_file is not None:
        click.echo(spell_names(names_file.name, load_names(store, names_file)), err=True)


def _attribution(store: Store) -> dict[str, Attribution]:
    """Return how much of the loaded money names a feature, at the bundled prices, by its kind."""
    from analyzer.pricing.book import open_book
    from analyzer.reconcile.charges import billed_features
    from analyzer.savings.attributed import attributed, attribution, spend_by_feature

    spends = spend_by_feature(store, open_book())
    kinds = dict.fromkeys(one.held_as for one in spends)
    found = {held_as: attributed(spends, held_as) for held_as in kinds}
    billed = dict(billed_features(store))
    return {**found, "charges": attribution(billed)} if billed else found


def _explain_all(files: tuple[Path, ...], wish: Wish, *, as_json: bool) -> list[str]:
    """Explain file by file; one that cannot be read is said, and the next one is explained."""
    from analyzer.commands.explaining import explanation_json, spell_explanation
    from analyzer.ingest.explain import explain

    explained, errors = [], []
    for path in files:
        try:
            found = explain(path, wish)
        except FormatError as error:
            errors.append(str(error))
            click.echo(f"rebill: {error}", err=True)
            continue
        explained.append(explanation_json(found))
        if not as_json:
            click.echo(spell_explanation(found))
    if as_json:
        click.echo(json.dumps({"files": explained, "errors": errors}, ensure_ascii=False))
    return errors


def _load_all(
    store: Store, files: tuple[Path, ...], wish: Wish, *, as_json: bool
) -> tuple[list[Account], list[str]]:
    """Load file by file; one that cannot be read is said, and the next one is loaded."""
    from analyzer.commands.accounts import spell_account
    from analyzer.ingest.load import ingest_file

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


def _json(accounts: list[Account], errors: list[str], attribution: dict[str, Attribution]) -> str:
    from analyzer.commands.accounts import account_json, attribution_json

    counts = ("rows_in", "rows_loaded", "duplicates", "rejects", "set_aside")
    files = [account_json(account) for account in accounts]
    total = {name: sum(getattr(account, name) for account in accounts) for name in counts}
    shares = {held_as: attribution_json(share) for held_as, share in attribution.items()}
    found = {"files": files, **total, "attribution": shares, "errors": errors}
    return json.dumps(found, ensure_ascii=False)
