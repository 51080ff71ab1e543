"""``rebill reconcile``: logs against billing exports and logged costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options
from analyzer.errors import GateError

if TYPE_CHECKING:
    from analyzer.reconciled import Reconciliation


def _percent(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    """Read a percentage from 0 to 100, exactly."""
    if value is None:
        return None
    try:
        number = Decimal(value.removesuffix("%"))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 100:
        raise click.BadParameter(f"{value!r} is not a percentage from 0 to 100; write 5")
    return number


@click.command("reconcile")
@options.database
@options.prices
@click.option(
    "--fail-outside",
    callback=_percent,
    metavar="PERCENT",
    help="Exit with code 1 where the bill is further than this from the tokens' cost, or where "
    "nothing can be compared. It also takes the place of the 5% in the verdict.",
)
@click.option(
    "--lag-hours",
    type=click.IntRange(0, 24 * 366),
    default=48,
    show_default=True,
    help="Leave out the newest days of a bill, which are still incomplete. 0 for a closed month.",
)
@click.option("--days", "every_day", is_flag=True, help="Print every provider, model and day.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with charts: what was billed by day, model and feature, and the verdict.",
)
@options.as_json
def command(
    db: Path,
    price_files: tuple[str, ...],
    fail_outside: Decimal | None,
    lag_hours: int,
    every_day: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Reconcile the logs with billing exports, and with the costs that the logs hold.

    Prices every call, and every total of a usage export, at the price in force at its own time,
    and puts what was logged, what it costs and what was billed side by side by provider, model
    and day (UTC). What is left is named: missing logs, unpriced model, hidden cache discount,
    negotiated rate, tier, outlier row, tool line items, rounding, or unexplained.

    Exports of the same money (usage and cost, a gateway's log and the provider's bill, two bills of
    one period) are compared, never added. Other currencies are listed, never added to dollars.

    The exit code is 0 whatever the verdict, unless --fail-outside asks for a gate.

    \b
    Examples:
      rebill reconcile
      rebill reconcile --prices negotiated.toml --fail-outside 5
      rebill reconcile -o bill.html        also where the database holds a bill and nothing else
    """
    from analyzer.commands.asking import sources_of
    from analyzer.money import ppm
    from analyzer.pricing.book import open_book
    from analyzer.reconcile.compare import TOLERANCE_PPM, reconcile
    from analyzer.savings.lost_rows import warnings_on_rejects
    from analyzer.store import Store

    tolerance_ppm = TOLERANCE_PPM if fail_outside is None else ppm(fail_outside / 100)
    book = open_book(price_files)
    with Store.open(db, read_only=True) as store:
        found = reconcile(store, book, tolerance_ppm=tolerance_ppm, lag_hours=lag_hours)
        lost = warnings_on_rejects(sources_of(store))
    found = replace(found, notes=(*(said.removesuffix(".") for said in lost), *found.notes))
    if as_json:
        from reports import reconciliation_json

        click.echo(reconciliation_json.render(found))
    else:
        from reports import reconciliation_text

        click.echo(reconciliation_text.render(found, every_day=every_day))
    if output is not None:
        _write_page(found, output)
    if fail_outside is not None and not found.within:
        why = "nothing can be compared" if found.within is None else "the gap is larger"
        raise GateError(f"--fail-outside {fail_outside}: {why}")


def _write_page(found: Reconciliation, output: Path) -> None:
    from analyzer import __version__
    from analyzer.commands.writing import write_text
    from reports import reconciliation_page

    write_text(output, reconciliation_page.render(found, __version__))
    click.echo(str(output), err=True)
