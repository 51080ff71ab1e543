"""What the commands share that replay Parquet files where they lie, without a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from analyzer.findings import Findings
    from analyzer.replay.same_money import Preferred

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--engine",
        type=click.Choice(["local", "spark"]),
        default="local",
        show_default=True,
        help="local: this machine and --db. spark: Apache Spark over --input.",
    ),
    click.option(
        "--input",
        "pattern",
        metavar="'FOLDER_OR_URI/*.parquet'",
        help="spark: canonical Parquet below a folder, at any depth (see rebill export).",
    ),
    click.option(
        "--evals",
        type=click.Path(dir_okay=False, path_type=Path),
        help="spark: quality scores, as for rebill evals load.",
    ),
    click.option(
        "--master",
        metavar="URL",
        help="spark: the cluster, as spark://HOST:7077, yarn or k8s://...  [default: this machine]",
    ),
    click.option(
        "--set-aside-corrupt",
        is_flag=True,
        help="spark: leave out Parquet files that cannot be read whole, and count them.",
    ),
)


@dataclass(frozen=True, slots=True)
class Lake:
    """What a user asks of Parquet files."""

    pattern: str
    evals: Path | None
    master: str | None
    set_aside_corrupt: bool


def options(command: Command) -> Command:
    """Give a command the options of a lake."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def lake_of(
    engine: str,
    pattern: str | None,
    evals: Path | None,
    master: str | None,
    *,
    set_aside_corrupt: bool,
) -> Lake | None:
    """Return what was asked of a lake; None where a database is meant.

    Raises:
        UsageError: the options contradict each other.
    """
    if engine == "local":
        if pattern or evals or master or set_aside_corrupt:
            raise click.UsageError(
                "--input, --evals, --master and --set-aside-corrupt belong to --engine spark; "
                "here, load files with rebill ingest and rebill evals load"
            )
        return None
    if pattern is None:
        raise click.UsageError("--engine spark reads --input 'FOLDER/*.parquet'")
    return Lake(pattern, evals, master, set_aside_corrupt)


def find_in(
    lake: Lake | None,
    db: Path,
    policy_file: Path,
    price_files: tuple[str, ...],
    preferred: Preferred,
    *,
    curves: bool | None = False,
) -> Findings:
    """Return the findings of a lake, or of a database where no lake is meant.

    Raises:
        UsageError: curves of a lake are asked for; they replay policy after policy in memory.
    """
    if lake is None:
        from analyzer.commands.asking import find

        return find(db, policy_file, price_files, preferred=preferred, curves=curves)
    if curves:
        raise click.UsageError("--curves reads a database: leave --engine spark out")
    from analyzer.commands.on_spark import find_on_spark

    return find_on_spark(lake, policy_file, price_files)
