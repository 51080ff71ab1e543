"""Options that several commands share, spelled and explained once."""

from __future__ import annotations

import math
from pathlib import Path

import click
from click.core import ParameterSource

_POLICY = "What to change: a TOML file of levers and rules (see sample_logs/policy.toml)."

database = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("rebill.duckdb"),
    show_default=True,
    help="The database that ingest filled.",
)
policy = click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=_POLICY,
)
policy_if_any = click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_POLICY,
)
prices = click.option(
    "--prices",
    "price_files",
    type=str,
    multiple=True,
    metavar="FILE",
    help="Your own prices, over the bundled book; may be repeated, the first match wins.",
)
prefer = click.option(
    "--prefer",
    "preferred",
    type=click.Choice(["requests", "totals"]),
    default="requests",
    show_default=True,
    help="What to bill where requests and usage totals tell the same money.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def database_of(context: click.Context, db: Path) -> Path:
    """Return the database a subcommand means: its own --db, or the one before its name."""
    named_here = context.get_parameter_source("db") is not ParameterSource.DEFAULT
    if named_here or context.parent is None:
        return db
    above = context.parent.params["db"]
    return above if isinstance(above, Path) else db


def terminal_width() -> int:
    """Return how many columns a table may take; a fixed width where nobody looks."""
    import shutil
    import sys

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 120


class Within(click.FloatRange):
    """A range of finite numbers: ``nan`` is in no range, whatever is compared with it."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number."""
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{value} is not a number to compare with", param, ctx)
        return found


def share_ppm(value: str) -> int:
    """Read ``5%`` or ``0.05`` as parts per million; for an option's callback."""
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except InvalidOperation:
        raise click.BadParameter("write a share, such as 5% or 0.05") from None
    if not number.is_finite() or not 0 <= number <= 1000:
        raise click.BadParameter("write a share from 0% on, such as 5%")
    return int(number * 1_000_000)
