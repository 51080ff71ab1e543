"""``rebill report``: the replay as a page that can be printed and forwarded, or as its twins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options

if TYPE_CHECKING:
    from analyzer.findings import Findings
    from analyzer.replay.same_money import Preferred

STDOUT = "-"
ENDINGS = {"html": "html", "md": "md", "json": "json", "csv": "csv"}


@click.command("report")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What to change: a TOML file of levers and rules (see sample_logs/policy.toml).",
)
@click.option(
    "--compare",
    "compared",
    type=click.Path(dir_okay=False, path_type=Path),
    nargs=2,
    metavar="A.toml B.toml",
    help="Two policies, side by side, in place of --policy.",
)
@options.database
@options.prices
@options.prefer
@click.option(
    "--format",
    "form",
    type=click.Choice(list(ENDINGS)),
    default="html",
    show_default=True,
    help="A page, Markdown, JSON with every figure, or all tables as one CSV.",
)
@click.option(
    "--curves/--no-curves",
    "curves",
    default=None,
    help="Weigh each value of the policy by more replays, the log in memory.  "
    "[default: up to 2 million requests]",
)
@click.option(
    "-o",
    "--output",
    type=str,
    metavar="FILE",
    help="Where to write it; - prints it.  [default: rebill-report and the format's ending]",
)
def command(
    policy_file: Path | None,
    compared: tuple[Path, Path] | None,
    db: Path,
    price_files: tuple[str, ...],
    preferred: Preferred,
    form: str,
    curves: bool | None,
    output: str | None,
) -> None:
    """Write the savings report: one HTML file that needs no network and no other file.

    The same log, policy and version give the same bytes.

    \b
    Examples:
      rebill report --policy policy.toml -o report.html
      rebill report --policy policy.toml --format md -o -
      rebill report --compare cautious.toml bold.toml -o side-by-side.html
    """
    from analyzer.commands.asking import find, note_same_money

    if (policy_file is None) == (compared is None):
        raise click.UsageError("name one policy with --policy, or two with --compare")
    if compared is not None:
        found = [find(db, file, price_files, preferred=preferred) for file in compared]
        note_same_money(found[0])
        text = _render_compared(form, found)
    else:
        assert policy_file is not None  # noqa: S101 - narrows the type
        findings = find(db, policy_file, price_files, preferred=preferred, curves=curves)
        note_same_money(findings)
        text = renderer(form)(findings)
    _deliver(text, output or f"rebill-report.{ENDINGS[form]}")


def renderer(form: str) -> Callable[[Findings], str]:
    """Return what turns findings into a report of a form: ``html``, ``md``, ``json``, ``csv``."""
    from reports import appendix, html, markdown, report_json

    def as_csv(findings: Findings) -> str:
        return appendix.all_rows(appendix.tables(findings))

    renderers: dict[str, Callable[[Findings], str]] = {
        "html": html.render,
        "md": markdown.render,
        "json": report_json.render,
        "csv": as_csv,
    }
    return renderers[form]


def _render_compared(form: str, found: list[Findings]) -> str:
    from reports import compared_page

    return compared_page.RENDERERS[form](found)


def _deliver(text: str, output: str) -> None:
    from analyzer.commands.writing import write_text

    if output == STDOUT:
        click.echo(text, nl=not text.endswith("\n"))
        return
    write_text(Path(output), text)
    click.echo(output)
