"""What the book says about the models of a log: priced by what, unpriced why, disputed by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from analyzer.pricing.book import PriceBook, Resolution
from analyzer.pricing.price import Price

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PICO_PER_USD_PER_MTOK = 1_000_000


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A name in the database and how much of the traffic goes by it."""

    held_as: str
    """``requests`` or ``totals`` (a usage export)."""
    provider: str | None
    model: str
    requests: int | None
    tokens: int
    first_day: date
    last_day: date

    @property
    def name(self) -> str:
        """The name with its provider in front, where the log gives one."""
        return f"{self.provider}/{self.model}" if self.provider else self.model


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the book makes of a logged name."""

    logged: LoggedModel
    price: Price | None
    """In force on the last day."""
    explanation: str
    gap: str
    """Days of the log that no price covers; empty where there are none."""
    disagreement: tuple[Price, ...]
    """Prices in force of different sources that are not the same; empty where they agree."""


def logged_models(rows: Iterable[Mapping[str, object]]) -> tuple[LoggedModel, ...]:
    """Return rows of ``models.sql`` with days in place of microseconds (UTC)."""
    return tuple(
        LoggedModel(
            held_as=str(row["held_as"]),
            provider=str(row["provider"]) if row["provider"] else None,
            model=str(row["model"]),
            requests=None if row["requests"] is None else int(str(row["requests"])),
            tokens=int(str(row["tokens"])),
            first_day=_day(int(str(row["first_ts_us"]))),
            last_day=_day(int(str(row["last_ts_us"]))),
        )
        for row in rows
    )


def review(book: PriceBook, logged: LoggedModel) -> Verdict:
    """Return what prices a logged name on its last day, and what speaks against it."""
    resolution = book.resolve(logged.provider, logged.model)
    listing = book.lookup(logged.provider, logged.model)
    price = listing.at(logged.last_day) if listing else None
    explanation = book.explain(logged.provider, logged.model)
    early = listing is not None and price is not None and not listing.at(logged.first_day)
    gap = f"no price on {logged.first_day}, when the log starts" if early else ""
    return Verdict(logged, price, explanation, gap, disagreement(resolution, logged.last_day))


def disagreement(resolution: Resolution, day: date) -> tuple[Price, ...]:
    """Return the prices of different sources in force on a day, where they are not the same."""
    by_source: dict[str, Price] = {}
    for match in resolution.matches:
        price = match.at(day)
        if price is not None:
            by_source.setdefault(price.source, price)
    terms = {(p.base, p.above_tokens, p.above) for p in by_source.values()}
    return tuple(by_source.values()) if len(terms) > 1 else ()


def usd_per_mtok(pico: int) -> str:
    """Spell whole pico-dollars per token as USD per million tokens: ``2.5``, ``0.075``."""
    return f"{(Decimal(pico) / _PICO_PER_USD_PER_MTOK).normalize():f}"


def _day(ts_us: int) -> date:
    return (_EPOCH + timedelta(microseconds=ts_us)).date()
