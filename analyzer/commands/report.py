"""``rebill report``: the replay as a page that can be printed and forwarded, or as its twins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from analyzer.commands import lakes, options
from analyzer.errors import RebillError

if TYPE_CHECKING:
    from analyzer.earlier.read import Report
    from analyzer.findings import Findings
    from analyzer.replay.same_money import Preferred

STDOUT = "-"
TWO = 2
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
    metavar="A.toml B.toml | OLD.json",
    help="Two policies side by side; or an earlier report's JSON against this log, under --policy "
    "or under the policy that it was written for.",
)
@click.argument(
    "others", nargs=-1, type=click.Path(dir_okay=False, path_type=Path), metavar="[B.toml]"
)
@options.database
@options.prices
@options.prefer
@lakes.options
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
    compared: Path | None,
    others: tuple[Path, ...],
    db: Path,
    price_files: tuple[str, ...],
    preferred: Preferred,
    form: str,
    curves: bool | None,
    output: str | None,
    **lake: Any,  # noqa: ANN401 - the options that lakes.lake_of takes
) -> None:
    """Write the savings report: one HTML file that needs no network and no other file.

    The same log, policy and version give the same bytes.

    \b
    Examples:
      rebill report --policy policy.toml -o report.html
      rebill report --policy policy.toml --format md -o -
      rebill report --compare cautious.toml bold.toml -o side-by-side.html
      rebill report --compare october.json -o since-october.html
    """
    files = (*((compared,) if compared else ()), *others)
    question = Asked(db, price_files, preferred, lakes.lake_of(**lake))
    if policy_file is not None and not files:
        text = renderer(form)(question.find(policy_file, curves=curves))
    elif compared is not None and not others and compared.suffix == ".json":
        text = _against_earlier(form, question, compared, policy_file)
    elif compared is not None and len(files) == TWO and policy_file is None:
        text = _render_compared(form, [question.find(file) for file in files])
    else:
        raise click.UsageError(
            "name one policy with --policy; or --compare two policies (A.toml B.toml), or one "
            "earlier report (OLD.json)"
        )
    _deliver(text, output or f"rebill-report.{ENDINGS[form]}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The log that every policy of a command is put to."""

    db: Path
    price_files: tuple[str, ...]
    preferred: Preferred
    lake: lakes.Lake | None = None
    """Parquet files in place of the database."""

    def find(self, policy_file: Path, *, curves: bool | None = False) -> Findings:
        """Return the findings under a policy; say which of the files tell the same money."""
        from analyzer.commands.asking import note_same_money

        where = (self.lake, self.db, policy_file, self.price_files, self.preferred)
        found = lakes.find_in(*where, curves=curves)
        note_same_money(found)
        return found


def _against_earlier(form: str, asked: Asked, old: Path, policy_file: Path | None) -> str:
    """Set this log beside an earlier report, under its own policy where no other is named."""
    from analyzer.earlier.change import change, told_of
    from analyzer.earlier.read import read_report, told_by
    from reports import changed_page

    report = read_report(old)
    earlier = told_by(report, old.name)
    if policy_file is not None:
        now = told_of(asked.find(policy_file))
    else:
        with TemporaryDirectory(prefix="rebill-") as folder:
            now = told_of(asked.find(_written_policy(report, Path(folder), old.name)))
    return changed_page.RENDERERS[form](change(earlier, now))


def _written_policy(report: Report, folder: Path, old: str) -> Path:
    """Write the policy that a report was made for where it can be read again."""
    text = report.provenance.policy_text
    if not text:
        raise RebillError(f"{old}: does not hold the policy it was written for: add --policy FILE")
    file = folder / "policy.toml"
    file.write_bytes(text.encode())
    return file


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
