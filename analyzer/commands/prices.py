"""``rebill prices``: what is in the price book, what a name means, and what has no price."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from analyzer.commands import options

_provider = click.option("--provider", metavar="NAME", help="Only this provider's prices.")
_day = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The prices in force on this day; today where none is given.",
)


@click.group("prices")
def command() -> None:
    """Show the price book, where each price comes from, and what it cannot price.

    Your own files stand over the bundled genai-prices table, and that over the bundled catalogue
    field-notes. Write --prices field-notes to put the catalogue over the table.
    """


@command.command("list")
@click.argument("text", required=False, default="")
@_provider
@_day
@options.prices
@options.as_json
def list_prices(
    text: str,
    provider: str | None,
    day: datetime | None,
    price_files: tuple[str, ...],
    as_json: bool,
) -> None:
    """List the prices in force, in USD per million tokens, that hold TEXT in their name.

    \b
    Example:
      rebill prices list haiku --provider anthropic
    """
    from analyzer.commands import price_output
    from analyzer.pricing.book import open_book

    book = open_book(price_files)
    render = price_output.list_json if as_json else price_output.list_text
    click.echo(render(book, text, provider, _day_or_today(day)))


@command.command("show")
@click.argument("name")
@_provider
@_day
@options.prices
@options.as_json
def show(
    name: str,
    provider: str | None,
    day: datetime | None,
    price_files: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show which entry prices NAME, and why: all its dated prices, and what other tables say.

    \b
    Examples:
      rebill prices show gpt-4o-2024-08-06
      rebill prices show groq/qwen/qwen3-32b
    """
    from analyzer.commands import price_output
    from analyzer.pricing.book import open_book

    book = open_book(price_files)
    render = price_output.show_json if as_json else price_output.show_text
    click.echo(render(book, name, provider, _day_or_today(day)))


@command.command("check")
@options.database
@options.prices
@options.as_json
def check(db: Path, price_files: tuple[str, ...], as_json: bool) -> None:
    """Check every model in the database: priced by what, unpriced, or disputed between tables.

    A prices file holds dollars for a million tokens:

    \b
      currency = "USD"
      [[price]]
      model = "our-fine-tune"
      input = "3"
      output = "12"

    \b
    Example:
      rebill prices check --prices negotiated.toml
    """
    from analyzer.commands import price_output
    from analyzer.pricing.book import open_book
    from analyzer.pricing.review import logged_models, review
    from analyzer.store import Store

    book = open_book(price_files)
    with Store.open(db, read_only=True) as store:
        rows = logged_models(store.query("models").iter_rows(named=True))
    verdicts = tuple(review(book, row) for row in rows)
    render = price_output.check_json if as_json else price_output.check_text
    click.echo(render(verdicts))


def _day_or_today(day: datetime | None) -> date:
    return (day or datetime.now(UTC)).date()
