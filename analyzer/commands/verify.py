"""``rebill verify``: what was spent since a policy was deployed, against what it promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.commands import options

if TYPE_CHECKING:
    from analyzer.tune.verify import Rates, Verified
    from analyzer.variance import Effects

_DAY_US = 86_400_000_000
_EFFECTS = ("volume", "mix", "lever", "price")


@click.command("verify")
@options.policy
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="DATE",
    help="The first day (UTC) on which the policy was live, such as 2026-11-01.",
)
@click.option(
    "--max-over",
    "most_ppm",
    default=None,
    callback=lambda _, __, value: None if value is None else options.share_ppm(value),
    metavar="SHARE",
    help="Fail where the lever effect is more than this share of what was to be expected.",
)
@options.database
@options.prices
@options.as_json
def command(
    policy_file: Path,
    since: datetime,
    most_ppm: int | None,
    db: Path,
    price_files: tuple[str, ...],
    as_json: bool,
) -> None:
    """Hold the log since a policy was deployed against what the log before projects.

    Load the new logs beside the old ones first. The days before are billed under the policy and
    scaled to the days since; what was spent instead is split into four effects that add up exactly:

    \b
      volume  more or fewer requests in all, each as dear as projected
      mix     the features they are of
      lever   what a request costs beyond projection at the same prices
      price   what prices moved since

    Answers that a cache gave must be in the log (served_from_cache): they are demand. Rows of a
    cascade's later tiers, and of a compressor, are no requests of their own.

    \b
    Exit codes: 0 done; 1 more than --max-over; 2 bad input; 3 it could not be evaluated.

    \b
    Example:
      rebill verify --policy deployed.toml --since 2026-12-01
    """
    import json

    from analyzer.errors import StoreError, UnevaluatedError
    from analyzer.policy import read_policy
    from analyzer.pricing.book import open_book
    from analyzer.session import Session
    from analyzer.store import Store
    from analyzer.tune.verify import verify

    policy, _ = read_policy(policy_file)
    book = open_book(price_files)
    try:
        with Store.open(db, read_only=True) as store:
            found = verify(store, Session(store, book), policy, since.date(), policy_file.name)
    except StoreError as error:
        raise UnevaluatedError(str(error)) from error
    click.echo(json.dumps(_json(found), indent=2) if as_json else "\n".join(_text(found)))
    for note in _notes(found):
        click.echo(f"note: {note}", err=True)
    if most_ppm is not None:
        _judge(found, most_ppm)


def _judge(found: Verified, most_ppm: int) -> None:
    """Fail where the lever effect is too large a share of what volume and mix let expect."""
    from analyzer.errors import GateError
    from analyzer.money import PPM, spell_percent

    expected = found.whole.projected + found.whole.volume + found.whole.mix
    if found.whole.lever * PPM > most_ppm * expected:
        raise GateError(
            f"at the same prices, volume and mix the log costs "
            f"{spell_percent(found.whole.lever, expected)} more than projected: at most "
            f"{spell_percent(most_ppm, PPM)} are allowed"
        )


def _notes(found: Verified) -> Iterator[str]:
    if found.unpriced_requests:
        yield (
            f"{found.unpriced_requests:,} requests of models without a price on "
            f"{found.price_date} are in no figure: see rebill prices check"
        )
    yield from found.notes


def _text(found: Verified) -> Iterator[str]:
    from analyzer.commands.eval_tables import columns
    from analyzer.commands.tune_unit import cut

    heads = ("feature", "", "projected", *_EFFECTS, "spent")
    rows = [_row(cut(one.feature, 32), one) for one in found.effects]
    rows.append(_row("all features", found.whole))
    yield from columns(heads, rows)
    yield ""
    yield (
        f"Projected from {found.span_before_us / _DAY_US:,.1f} days before, at the prices of "
        f"{found.price_date}; spent in the {found.span_since_us / _DAY_US:,.1f} days since."
    )
    yield ""
    heads = ("what a request comes to", "", "calls", "were", "input", "was", "output", "was")
    yield from columns(heads, [_rates(cut(f, 32), *pair) for f, pair in found.rates.items()])
    yield "Calls and tokens of a request: as projected, then as logged since."


def _row(title: str, one: Effects) -> tuple[str, ...]:
    from analyzer.money import spell_usd

    moved = (_signed(getattr(one, name)) for name in _EFFECTS)
    return title, "", spell_usd(one.projected), *moved, spell_usd(one.spent)


def _signed(pico: int) -> str:
    from analyzer.money import spell_usd

    return f"+{spell_usd(pico)}" if pico > 0 else spell_usd(pico)


def _rates(title: str, promised: Rates, logged: Rates) -> tuple[str, ...]:
    row = [title, ""]
    for name, digits in (("calls", 2), ("input_tokens", 0), ("output_tokens", 0)):
        for side in (promised, logged):
            each = getattr(side, name) / side.requests if side.requests else 0.0
            row.append(f"{each:,.{digits}f}" if side.requests else "-")
    return tuple(row)


def _json(found: Verified) -> dict[str, object]:
    return {
        "price_date": found.price_date.isoformat(),
        "days_before": found.span_before_us / _DAY_US,
        "days_since": found.span_since_us / _DAY_US,
        "unpriced_requests": found.unpriced_requests,
        "whole": _effects(found.whole),
        "features": {one.feature: _effects(one) for one in found.effects},
        "rates": {
            feature: {"projected": _rate(promised), "logged": _rate(logged)}
            for feature, (promised, logged) in found.rates.items()
        },
        "notes": list(found.notes),
    }


def _effects(one: Effects) -> dict[str, str]:
    """Pico-dollars as exact integers; they add up."""
    names = ("projected", *_EFFECTS, "spent")
    return {f"{name}_pico_usd": str(getattr(one, name)) for name in names}


def _rate(rates: Rates) -> dict[str, int]:
    return {
        "requests": rates.requests,
        "calls": rates.calls,
        "input_tokens": rates.input_tokens,
        "output_tokens": rates.output_tokens,
    }
