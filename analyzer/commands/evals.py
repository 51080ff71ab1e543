"""``rebill evals``: quality scores, the evidence behind a model or tier choice."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.commands import options


@click.group("evals")
def command() -> None:
    """Load quality scores: the evidence behind a model choice."""


@command.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@options.database
def load(file: Path, db: Path) -> None:
    """Load scores from CSV, JSON lines or Parquet.

    Columns: request_id, model, score from 0 to 1, and judge where there is one. The model "*"
    holds a request's difficulty. The same request, model and judge again replaces the score.
    """
    from analyzer.commands.accounts import spell_scores
    from analyzer.ingest.scores import load_evals
    from analyzer.store import Store

    with Store.open(db) as store:
        store.unlock_digests()
        account = load_evals(store, file)
    click.echo(spell_scores(account))
