"""``rebill tune``: search the values of a policy's rules, and test them on days they never saw."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options

if TYPE_CHECKING:
    from analyzer.tune.found import Found
    from analyzer.tune.tuned import Request

_MOST_S = 10 * 365 * 86_400
"""Ten years."""


def _share(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Read ``60%`` or ``0.6`` as parts per million."""
    from analyzer.commands.options import share_ppm

    found = None if value is None else share_ppm(value)
    if found is not None and not 0 < found <= 1_000_000:
        raise click.BadParameter("write a share above 0% and up to 100%, such as 60%")
    return found


@click.command("tune")
@options.policy
@options.database
@options.prices
@click.option(
    "--holdout",
    type=options.Within(0, 0.9),
    default=0.25,
    show_default=True,
    help="Share of the days, the last ones, that tuning does not see.",
)
@click.option(
    "--folds",
    type=click.IntRange(0, 52),
    default=0,
    show_default=True,
    help="Walk forward as well: cut the days into one more part than this, tune on the first k "
    "parts and bill the next.",
)
@click.option(
    "--min-quality",
    type=options.Within(0, 1),
    help="Least mean score of every feature, at the low end of its 95% interval. "
    "Without it: no worse than the policy given.",
)
@click.option(
    "--max-staleness",
    type=options.Within(1, _MOST_S),
    metavar="SECONDS",
    help="How old a cached answer may be; without it, as old as the policy allows.",
)
@click.option(
    "--max-wait",
    type=options.Within(0, _MOST_S),
    metavar="SECONDS",
    help="How long a request may wait for a pack or a batch; without it, as in the policy.",
)
@click.option(
    "--max-added-latency",
    type=options.Within(0, _MOST_S),
    metavar="SECONDS",
    help="How much longer any request may take: calls before its answer at their P95, and waits.",
)
@click.option(
    "--max-provider-share",
    callback=_share,
    metavar="SHARE",
    help="The most of all spend that one provider may get, such as 60%.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    help="A model that may answer a feature in place of its own; may be repeated. Needs evals.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to write the tuned policy.")  # fmt: skip
@options.as_json
def command(
    policy_file: Path,
    db: Path,
    price_files: tuple[str, ...],
    holdout: float,
    folds: int,
    min_quality: float | None,
    max_staleness: float | None,
    max_wait: float | None,
    max_added_latency: float | None,
    max_provider_share: int | None,
    models: tuple[str, ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Search the values of a policy's rules, feature by feature, by plain replay.

    Tries thresholds, lifetimes, ratios, pack sizes, each rule on and off, and each tier's model
    alone; tunes on the first days of the log, and bills what it found on the days held out. Where
    no eval measures a risk, it never takes more of it than the policy given. Rules that meet (one
    cache for several features, prefixes kept warm) are searched together: up to 1,000 combinations
    whole, more of them rule by rule and then by Optuna, if rebill[tune] is installed.

    Beside the tuned policy stand today, everything on the cheapest model, everything on the best
    one, and the oracle: the cheapest right answer to each scored request, known afterwards.

    \b
    Exit codes: 0 done; 1 a bound cannot be kept; 2 bad input; 130 stopped with Ctrl-C.
    Unless it is 0, no file is written.

    \b
    Examples:
      rebill tune --policy policy.toml --holdout 0.25 -o tuned.toml
      rebill tune --policy policy.toml --folds 3 --min-quality 0.8 --max-provider-share 60%
    """
    from analyzer.policy import read_policy
    from analyzer.tune.options import Limits
    from analyzer.tune.tuned import Request

    _, raw = read_policy(policy_file)
    limits = Limits(
        max_staleness_s=_decimal(max_staleness),
        max_wait_s=_decimal(max_wait),
        max_added_s=_decimal(max_added_latency),
        max_share_ppm=max_provider_share,
        least_quality=min_quality,
        models=models,
    )
    found = _run(db, price_files, Request(raw, policy_file.name, limits, holdout, folds))
    _tell(found, as_json=as_json)
    if output is not None:
        _write(output, found)


def _run(db: Path, price_files: tuple[str, ...], request: Request) -> Found:
    """Tune on a database, and show how far it is."""
    from analyzer.commands.meter import Meter
    from analyzer.pricing.book import open_book
    from analyzer.session import Session
    from analyzer.store import Store
    from analyzer.tune.engine import tune_log
    from analyzer.tune.watch import Watch

    book, meter = open_book(price_files), Meter()
    with meter, Store.open(db, read_only=True) as store:
        return tune_log(store, Session(store, book), book, request, Watch(meter.show))


def _tell(found: Found, *, as_json: bool) -> None:
    """Print what was found; where a bound cannot be kept, that is an error as well."""
    import json

    from analyzer.commands import tune_json, tune_output
    from analyzer.errors import GateError

    if as_json:
        click.echo(json.dumps(tune_json.as_json(found), indent=2))
    else:
        click.echo(tune_output.spell(found))
    for line in found.idle:
        click.echo(f"note: {line}", err=True)
    if not found.feasible:
        raise GateError(f"nothing that was tried keeps every bound: {tune_output.why_not(found)}")


def _write(output: Path, found: Found) -> None:
    from datetime import UTC, datetime

    from analyzer.commands.writing import write_text
    from analyzer.tune.written import to_toml

    write_text(output, to_toml(found, datetime.now(UTC).date()))
    click.echo(f"{output}: the tuned policy", err=True)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
