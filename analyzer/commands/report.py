"""``rebill report``: the replay as one page that can be printed and forwarded."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.commands import options


@click.command("report")
@options.policy
@options.database
@options.prices
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("rebill-report.html"),
    show_default=True,
    help="Where to write the page.",
)
def command(policy_file: Path, db: Path, price_files: tuple[str, ...], output: Path) -> None:
    """Write the savings report: one HTML file that needs no network and no other file.

    The same log, policy and version give the same bytes.
    """
    from analyzer.commands.asking import find
    from analyzer.commands.writing import write_text
    from reports import html

    write_text(output, html.render(find(db, policy_file, price_files)))
    click.echo(output)
