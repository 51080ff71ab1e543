"""``rebill check``: what a change of policy costs, and a gate for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options

if TYPE_CHECKING:
    from analyzer.tune.difference import Difference


def _share(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """Read ``5%`` or ``0.05`` as parts per million."""
    return options.share_ppm(value)


@click.command("check")
@options.policy
@click.option(
    "--against",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The policy to compare with; without it, today's calls.",
)
@click.option(
    "--max-increase",
    "most_ppm",
    default="0%",
    show_default=True,
    callback=_share,
    metavar="SHARE",
    help="How much more than before the whole may cost.",
)
@click.option("--markdown", is_flag=True, help="Print a table for a comment on a pull request.")
@options.database
@options.prices
@options.as_json
def command(
    policy_file: Path,
    against: Path | None,
    most_ppm: int,
    markdown: bool,
    db: Path,
    price_files: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print what each feature costs before and after a change of policy, and judge the whole.

    Both are billed on the same log, at the prices of the new policy's date.

    \b
    Exit codes: 0 within bounds; 1 it costs more than --max-increase allows;
    2 bad input; 3 it could not be evaluated (no log, or a model without a price).

    \b
    Example:
      rebill check --policy new.toml --against old.toml --max-increase 5%
    """
    import json

    from analyzer.errors import GateError, StoreError, UnevaluatedError
    from analyzer.money import spell_percent
    from analyzer.policy import Policy, read_policy
    from analyzer.pricing.book import open_book
    from analyzer.session import Session
    from analyzer.store import Store
    from analyzer.tune.difference import difference

    new, _ = read_policy(policy_file)
    old = read_policy(against)[0] if against else Policy("today", None, {})
    if against and old.price_date != new.price_date:
        click.echo(f"note: both are billed at the prices of {policy_file.name}'s date", err=True)
    files = (policy_file.name, against.name if against else "today")
    book = open_book(price_files)
    try:
        with Store.open(db, read_only=True) as store:
            found = difference(Session(store, book), new, old, files)
    except StoreError as error:
        raise UnevaluatedError(str(error)) from error
    if as_json:
        click.echo(json.dumps(_json(found, most_ppm), indent=2))
    else:
        click.echo("\n".join(_markdown(found) if markdown else _text(found)))
    if found.unpriced_requests:
        click.echo(f"note: {found.unpriced_requests:,} requests without a price are in neither "
                   "figure: see rebill prices check", err=True)  # fmt: skip
    for line in found.idle:
        click.echo(f"note: {line}", err=True)
    if found.exceeds(most_ppm):
        allowed = spell_percent(most_ppm, 1_000_000, digits=2)
        more = spell_percent(found.after - found.before, found.before, digits=2)
        raise GateError(f"the whole costs {more} more than before: at most {allowed} are allowed")


def _rows(found: Difference) -> list[tuple[str, ...]]:
    from analyzer.money import spell_percent, spell_usd

    named = [(change.feature, change.before, change.after) for change in found.changes]
    return [
        (name, spell_usd(before), spell_usd(after), spell_usd(after - before),
         spell_percent(after - before, before))
        for name, before, after in (*named, ("all features", found.before, found.after))
    ]  # fmt: skip


def _text(found: Difference) -> list[str]:
    from analyzer.commands.eval_tables import columns

    rows = [(row[0], "", *row[1:]) for row in _rows(found)]
    heads = ("feature", "", "before", "after", "change", "share")
    return [*columns(heads, rows), "", f"Over the log's {found.days:.1f} days."]


def _markdown(found: Difference) -> list[str]:
    lines = ["| feature | before | after | change | share |", "| :-- | --: | --: | --: | --: |"]
    lines += [f"| {' | '.join(_escaped(cell) for cell in row)} |" for row in _rows(found)]
    return [*lines, "", f"Over the log's {found.days:.1f} days, by `rebill check`."]


def _escaped(text: str) -> str:
    """A feature's name comes from a log: as text, neither markup nor a mention."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return "".join(f"&#{ord(c)};" if c in "|<>&`*_[]()@#!\\~:" else c for c in plain)


def _json(found: Difference, most_ppm: int) -> dict[str, object]:
    from analyzer.money import plain_usd

    return {
        "before_usd": plain_usd(found.before),
        "after_usd": plain_usd(found.after),
        "max_increase": most_ppm / 1_000_000,
        "within_bounds": not found.exceeds(most_ppm),
        "days": found.days,
        "unpriced_requests": found.unpriced_requests,
        "features": {
            change.feature: {
                "before_usd": plain_usd(change.before),
                "after_usd": plain_usd(change.after),
            }
            for change in found.changes
        },
    }
