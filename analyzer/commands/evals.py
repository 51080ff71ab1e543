"""``rebill evals``: quality scores, the evidence behind a model or tier choice."""

from __future__ import annotations

from decimal import Decimal
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

    Columns: request_id, model, score from 0 to 1, and judge where there is one. In place of
    request_id, prompt_key (as in the log) or prompt: the score then speaks of every request of that
    prompt, and counts once. The model "*" holds a request's difficulty. The same request, model and
    judge again replaces the score.

    \b
    Example, a file and its command:
      request_id,model,score,judge
      req-17,gpt-4o-mini,0.9,panel

    \b
      rebill evals load scores.csv
    """
    from analyzer.commands.accounts import spell_scores
    from analyzer.ingest.scores import load_evals
    from analyzer.store import Store

    with Store.open(db) as store:
        store.unlock_digests()
        account = load_evals(store, file)
    click.echo(spell_scores(account))


@command.command("show")
@options.database
@options.prices
@click.option(
    "--good",
    type=options.Within(0, 1),
    default=0.5,
    show_default=True,
    help="The least score of a good answer.",
)
@click.option(
    "--accept",
    "accepts",
    type=options.Within(0, 1),
    multiple=True,
    default=(0.5, 0.8, 0.9),
    show_default=True,
    help="A length score that would accept an answer; may be repeated.",
)
@options.as_json
def show(
    db: Path,
    price_files: tuple[str, ...],
    good: float,
    accepts: tuple[float, ...],
    as_json: bool,
) -> None:
    """Show what is known of each model's answers, and what their length would let through.

    Prints the number of evals, the mean and its 95% interval for each feature and model; then, for
    the routing lever's `length` score, how many of the answers that it accepts are good (precision)
    and how many of the good ones it accepts (recall).

    \b
    Example:
      rebill evals show --good 0.8 --accept 0.5 --accept 0.9
    """
    import json

    from analyzer.commands import eval_tables
    from analyzer.pricing.book import open_book
    from analyzer.savings.length_check import check_length
    from analyzer.savings.quality import scores_of
    from analyzer.store import Store

    with Store.open(db, read_only=True) as store:
        scores = scores_of(store, open_book(price_files))
        thresholds = [Decimal(str(accept)) for accept in accepts]
        checks = check_length(store, thresholds, Decimal(str(good)))
    if as_json:
        click.echo(json.dumps(eval_tables.shown_json(scores, checks), indent=2))
        return
    click.echo(eval_tables.spell_shown(scores, checks, good))


@command.command("needed")
@options.policy
@options.database
@options.prices
@click.option(
    "--half-width",
    type=options.Within(0.005, 0.5),
    default=None,
    help="How narrow each mean's 95% interval should be; without it, just enough for evidence.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which requests are drawn.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="The sampling sheet."
)
@options.as_json
def needed(
    policy_file: Path,
    db: Path,
    price_files: tuple[str, ...],
    half_width: float | None,
    seed: int,
    output: Path | None,
    as_json: bool,
) -> None:
    """Say which blind evals settle the most assumed dollars of a policy.

    The sheet (CSV) names requests, never their text: look them up in your own system, have the
    model's answer scored without its name, write the score, and load the sheet.

    \b
    Example:
      rebill evals needed --policy policy.toml -o sheet.csv
      rebill evals load sheet.csv
    """
    import json

    from analyzer.analyze import replay_log
    from analyzer.commands import eval_tables
    from analyzer.commands.asking import question_of
    from analyzer.commands.writing import write_text
    from analyzer.savings.idle_rules import idle_rules
    from analyzer.savings.needed import draw, needs, to_csv
    from analyzer.savings.quality import scores_of
    from analyzer.store import Store

    with Store.open(db, read_only=True) as store:
        question = question_of(store, policy_file, price_files, "requests")
        replayed = replay_log(store, question)
        found = needs(replayed, scores_of(store, question.book), half_width)
        drawn = draw(store, question.book, found.pairs, seed)
    if as_json:
        click.echo(json.dumps(eval_tables.needed_json(found, drawn), indent=2))
    else:
        click.echo(eval_tables.spell_needed(found, drawn))
    for line in idle_rules(question.policy, replayed.log):
        click.echo(f"note: {line}", err=True)
    if output is not None:
        write_text(output, to_csv(drawn))
        click.echo(f"{output}: {len(drawn):,} answers to score", err=True)
