"""``rebill demo``: the sample company, from its logs to its report."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from analyzer.commands import options

_LOGS = "*/*2026-10*"


@click.command("demo")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("rebill-demo.html"),
    show_default=True,
    help="Where to write the report.",
)
def command(output: Path) -> None:
    """Replay the sample company under the field notes' policy, and check their claims.

    Ingests sample_logs/ into a database of its own, which is thrown away, and writes the report.
    """
    from analyzer.commands.asking import find
    from analyzer.commands.writing import write_text
    from reports import html, text

    samples = sample_logs()
    with TemporaryDirectory(prefix="rebill-demo-") as folder:
        database = Path(folder) / "demo.duckdb"
        _load(database, sorted(samples.glob(_LOGS)))
        findings = find(database, samples / "policy.toml", (), samples / "claims.toml", curves=None)
    write_text(output, html.render(findings))
    click.echo(text.render(findings, width=options.terminal_width()))
    click.echo(f"Report: {output.resolve()}")


def sample_logs() -> Path:
    """Return the folder of the sample company: in the package, or in a checkout beside it."""
    import analyzer

    package = Path(analyzer.__file__).parent
    packaged = package / "sample_logs"
    return packaged if packaged.is_dir() else package.parent / "sample_logs"


def _load(database: Path, files: list[Path]) -> None:
    from analyzer.commands.accounts import spell_account
    from analyzer.ingest.load import ingest_file
    from analyzer.store import Store

    with Store.open(database) as store:
        store.unlock_digests()
        for file in files:
            click.echo(spell_account(ingest_file(store, file)), err=True)
