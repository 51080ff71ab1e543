"""Replays a lake of Parquet on Spark, to the same findings as a database on this machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from analyzer.analyze import Question, conclude, replayed
from analyzer.commands import lakes
from analyzer.commands.asking import question_from
from analyzer.findings import Findings
from analyzer.lake.files import Files, find_files, naming_corrupt_files, short, without_corrupt
from analyzer.lake.session import start
from analyzer.lake.tables import Account, Lake, open_lake, source
from analyzer.replay.contents import contents_of
from analyzer.replay.plan import plan
from analyzer.replay.requests import price_log
from analyzer.replay.same_money import read_held
from analyzer.replay.stretches import cut
from analyzer.runners.sizes import sizes_for
from analyzer.runners.spark import run
from analyzer.savings.board import Replayed


def find_on_spark(asked: lakes.Lake, policy_file: Path, price_files: tuple[str, ...]) -> Findings:
    """Replay Parquet files under a policy file, with the user's prices over the bundled book.

    Raises:
        FormatError: the files are no canonical log, or one of them is damaged.
    """
    question = question_from(policy_file, price_files, ())  # its faults need no cluster
    spark = start(asked.master)
    with naming_corrupt_files():
        files = find_files(spark, asked.pattern)
        if asked.set_aside_corrupt:
            files = without_corrupt(spark, files)
        with open_lake(spark, files, asked.evals) as (lake, account):
            _tell(files, account)
            told = replace(question.provenance, sources=(source(files, account),))
            question = replace(question, provenance=told)
            return conclude(lake, question, replay_lake(lake, question))


def replay_lake(lake: Lake, question: Question) -> Replayed:
    """Bill a lake's requests under every coalition of a policy's levers."""
    policy, named = question.policy, question.provenance.policy_file
    contents = contents_of(lake, read_held(lake.side, "requests"))
    log = price_log(contents, policy, question.book, named)
    asked = plan(policy, log)
    sizes = sizes_for(log, asked, lake.spark.sparkContext.defaultParallelism)
    cuts = cut(lake, log, sizes.stretch_rows)
    return replayed(policy, log, asked, run(lake.replayed(log), log, policy, asked, cuts, sizes))


def _tell(files: Files, account: Account) -> None:
    """Say on stderr what was read, and what was not."""
    plural = "" if len(files.paths) == 1 else "s"
    click.echo(f"{account.requests:,} requests in {len(files.paths):,} file{plural}", err=True)
    if files.set_aside:
        count = f"{len(files.set_aside):,} of {len(files.set_aside) + len(files.paths):,} files"
        click.echo(
            f"note: {count} cannot be read, and are set aside: {short(files.set_aside)}", err=True
        )
    if account.duplicates:
        click.echo(
            f"note: {account.duplicates:,} rows repeat an id: the first one counts", err=True
        )
    for reason, rows in sorted(account.rejects.items()):
        click.echo(f"note: {rows:,} rows rejected: {reason}", err=True)
