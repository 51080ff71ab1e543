"""``rebill features``: what each feature cost, what the user calls it, and untagged call sites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options
from analyzer.errors import StoreError

if TYPE_CHECKING:
    from analyzer.ingest.features import NamesLoaded
    from analyzer.savings.attributed import FeatureSpend

_PICO = 10**12
_TITLES = {
    "requests": "Requests:",
    "totals": "Usage totals, which may be the same money as requests:",
}


@click.group("features", invoke_without_command=True)
@options.database
@options.prices
@options.as_json
@click.pass_context
def command(context: click.Context, db: Path, price_files: tuple[str, ...], as_json: bool) -> None:
    """Show what each feature cost, how much of the money names one, and name features.

    \b
    Example:
      rebill features                      requests, tokens and dollars of each
      rebill features infer                tell untagged requests apart by call site
      rebill features name names.csv       id,feature: what to call each of them
    """
    if context.invoked_subcommand is None:
        _list(db, price_files, as_json=as_json)


@command.command("name")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@options.database
@click.pass_context
def name_command(context: click.Context, file: Path, db: Path) -> None:
    """Load names: a CSV with the columns id,feature. Nothing is ingested again.

    An id is what rebill features lists: a project, a key's hash, a call site. Later names replace
    earlier ones.
    """
    from analyzer.ingest.features import load_names
    from analyzer.store import Store

    with Store.open(_existing(options.database_of(context, db))) as store:
        store.unlock_digests()
        click.echo(spell_names(file.name, load_names(store, file)))


@command.command("infer")
@click.option("--off", is_flag=True, help="Let untagged requests be untagged again.")
@options.database
@click.pass_context
def infer_command(context: click.Context, off: bool, db: Path) -> None:
    """Tell untagged requests apart by their call site: system prompt and set of tools.

    Each site becomes a feature such as call-site-3f2a91c0, which features name can rename.
    """
    from analyzer.ingest.features import infer_call_sites, stop_inferring
    from analyzer.store import Store

    with Store.open(_existing(options.database_of(context, db))) as store:
        (stop_inferring if off else infer_call_sites)(store)
    said = "stay untagged" if off else "are told apart by call site: rebill features lists them"
    click.echo(f"untagged requests {said}")


def spell_names(file: str, loaded: NamesLoaded) -> str:
    """Spell what became of a file of names."""
    said = f"{file}: {loaded.names:,} names of features"
    if loaded.unused:
        said += f", {loaded.unused:,} of ids that no loaded row has"
    return said


def _existing(db: Path) -> Path:
    if not db.exists():
        raise StoreError(f"{db}: no database there; load a log first: rebill ingest FILE")
    return db


def _list(db: Path, price_files: tuple[str, ...], *, as_json: bool) -> None:
    from analyzer.pricing.book import open_book
    from analyzer.savings.attributed import spend_by_feature
    from analyzer.store import Store

    book = open_book(price_files)
    with Store.open(db, read_only=True) as store:
        spends = spend_by_feature(store, book)
    click.echo(_json(spends) if as_json else _text(spends))


def _json(spends: tuple[FeatureSpend, ...]) -> str:
    from analyzer.savings.attributed import attributed

    rows = [
        {
            "id": one.feature_id,
            "feature": one.feature,
            "held_as": one.held_as,
            "requests": one.requests,
            "unpriced_requests": one.unpriced_requests,
            "tokens": one.tokens,
            "unpriced_tokens": one.unpriced_tokens,
            "usd": one.pico_usd / _PICO,
            "pico_usd": str(one.pico_usd),
        }
        for one in spends
    ]
    covered = {}
    for held_as in dict.fromkeys(one.held_as for one in spends):
        found = attributed(spends, held_as)
        covered[held_as] = {
            "tagged_pico_usd": str(found.tagged_pico_usd),
            "inferred_pico_usd": str(found.inferred_pico_usd),
            "untagged_pico_usd": str(found.untagged_pico_usd),
        }
    return json.dumps({"features": rows, "attribution": covered}, ensure_ascii=False)


def _text(spends: tuple[FeatureSpend, ...]) -> str:
    from analyzer.commands.accounts import spell_attribution
    from analyzer.money import spell_usd
    from analyzer.savings.attributed import attributed

    if not spends:
        return "no requests and no usage totals are loaded: rebill ingest FILE"
    lines = []
    kinds = list(dict.fromkeys(one.held_as for one in spends))
    for held_as in kinds:
        if len(kinds) > 1:
            lines.append(_TITLES[held_as])
        rows = [("id", "feature", "requests", "unpriced", "tokens", "cost")]
        rows += [
            (one.feature_id, one.feature if one.feature != one.feature_id else "",
             f"{one.requests:,}", f"{one.unpriced_requests:,}", f"{one.tokens:,}",
             "-" if one.known_pico_usd is None else spell_usd(one.known_pico_usd))
            for one in spends if one.held_as == held_as
        ]  # fmt: skip
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        lines += [_row(row, widths) for row in rows]
        lines.append(spell_attribution(attributed(spends, held_as), held_as))
    return "\n".join(lines)


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(cells[:2], widths, strict=False)]
    right = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join((*left, *right)).rstrip()
