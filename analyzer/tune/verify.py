"""Holds the log since a policy was deployed against what the log before promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from analyzer.errors import PriceError, StoreError, UnevaluatedError
from analyzer.levers.compression import Compression
from analyzer.levers.routing import Routing
from analyzer.policy import Policy
from analyzer.replay.catalog import Catalog
from analyzer.replay.coalitions import Replay
from analyzer.replay.costing import INPUT_CLASSES, pico_usd
from analyzer.replay.partition import Sums
from analyzer.replay.plan import BILLED
from analyzer.replay.requests import DAY_US, Log, day_of
from analyzer.savings.board import Replayed
from analyzer.session import Session
from analyzer.store import Store
from analyzer.variance import Effects, Side, effects, total


@dataclass(frozen=True, slots=True)
class Rates:
    """What a feature's requests came to: what a lever effect is made of."""

    requests: int
    calls: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Verified:
    """The days since against the projection."""

    effects: tuple[Effects, ...]
    whole: Effects
    rates: Mapping[str, tuple[Rates, Rates]]
    """By feature: as projected from the days before, and as logged since."""
    price_date: date
    """The day of the projected prices."""
    span_before_us: int
    span_since_us: int
    unpriced_requests: int
    """On both sides; in no figure."""
    notes: tuple[str, ...]


def verify(store: Store, session: Session, policy: Policy, since: date, file: str) -> Verified:
    """Return how spend since a day differs from what the days before project under a policy.

    Args:
        store: an open database that holds requests before the day and since.
        session: over the same store.
        policy: what was deployed on that day.
        since: the first day (UTC) on which it was live.
        file: the policy's name for error messages.

    Raises:
        UnevaluatedError: one side has no priced request, or a price is missing.
    """
    since_us = (since - date(1970, 1, 1)).days * DAY_US
    price_date = policy.price_date or since - timedelta(days=1)
    try:
        replayed = session.bill(replace(policy, price_date=price_date), file)
    except (PriceError, StoreError) as error:
        raise UnevaluatedError(str(error)) from error
    log = replayed.log
    rows = store.query_with("verify_requests", log.names(), since_us=since_us)
    _check(rows, log, since)
    return _Comparison(replayed, policy, rows, since_us).verified(price_date)


def _check(rows: pl.DataFrame, log: Log, since: date) -> None:
    for side, word in ((False, "before"), (True, "since")):
        if not rows.filter(pl.col("since") == side)["rows"].sum():
            first, last = (day_of(us) for us in (log.window.start_us, log.window.end_us))
            raise UnevaluatedError(
                f"--since {since}: the log (from {first} to {last}) has no priced request {word} "
                "that day: both sides are needed, the log before and the log after deployment"
            )


@dataclass(frozen=True, slots=True)
class _Comparison:
    replayed: Replayed
    policy: Policy
    rows: pl.DataFrame
    since_us: int

    def verified(self, price_date: date) -> Verified:
        log, first_day = self.replayed.log, self.since_us // DAY_US
        plain = Replay(self.replayed.replay.plan, self.replayed.replay.sums)
        before = pl.col("day") < first_day
        promised = plain.cells(self.replayed.ledger.everything).filter(before)
        logged = plain.cells(frozenset()).filter(~before)
        spent = _billed(plain.plan.eras.catalog, plain.sums).filter(~before)
        demand = {side: self._demand(since=side) for side in (False, True)}
        sums = [_by_feature(cells) for cells in (promised, logged, spent)]
        numbers = sorted({*demand[False], *demand[True], *(n for side in sums for n in side)})
        sides = [
            Side(
                log.features[n],
                sums[0].get(n, 0),
                demand[False].get(n, 0),
                demand[True].get(n, 0),
                sums[1].get(n, 0),
                sums[2].get(n, 0),
            )
            for n in numbers
        ]
        span_before, span_since = self._spans()
        found = effects(sides, span_before, span_since)
        rates = [
            _rates(cells, demand[since]) for cells, since in ((promised, False), (logged, True))
        ]
        return Verified(
            effects=found,
            whole=total(found),
            rates={log.features[n]: (rates[0][n], rates[1][n]) for n in numbers
                   if n in rates[0] and n in rates[1]},
            price_date=price_date,
            span_before_us=span_before,
            span_since_us=span_since,
            unpriced_requests=log.total_requests - int(self.rows["rows"].sum()),
            notes=tuple(self._notes()),
        )  # fmt: skip

    def _spans(self) -> tuple[int, int]:
        """How long both sides last; each at least a moment."""
        window = self.replayed.log.window
        return max(1, self.since_us - window.start_us), max(1, window.end_us - self.since_us)

    def _demand(self, *, since: bool) -> dict[int, int]:
        """Requests by feature. Since deployment, a cascade's later tiers are no new requests."""
        mine = self.rows.filter(pl.col("since") == since)
        counts: dict[int, int] = {}
        for feature, model, _, rows, served in mine.iter_rows():
            called = 0 if since and model in self._not_first(feature) else rows - served
            counts[feature] = counts.get(feature, 0) + called + served
        return counts

    def _not_first(self, feature: int) -> frozenset[int]:
        """Logged models whose rows follow another call of the same request, under the policy."""
        catalog = self.replayed.log.catalog
        later: set[str] = set()
        for profile in self.replayed.groups:
            if feature in profile.features:
                route = profile.rules.get("routing")
                squeeze = profile.rules.get("compression")
                if isinstance(squeeze, Compression):
                    later.add(self._identity(squeeze.compressor))
                if isinstance(route, Routing) and route.score != "difficulty":
                    later |= {self._identity(tier.model) for tier in route.tiers[1:]}
                    later.discard(self._identity(route.tiers[0].model))
        return frozenset(
            n for n, model in enumerate(catalog.models[: catalog.logged]) if model.model_id in later
        )

    def _identity(self, model: str) -> str:
        return self.replayed.log.context.target_ids[model]

    def _notes(self) -> list[str]:
        """What the log cannot tell apart under this policy."""
        names, notes = self.replayed.log.features, []
        totals = self.replayed.log.buckets
        if totals.rows:
            notes.append(
                f"{totals.rows:,} usage totals of {', '.join(totals.files)} are in no figure: "
                "totals do not say which requests they hold"
            )
        for profile in self.replayed.groups:
            covered = ", ".join(names[n] for n in profile.features)
            route, squeeze = profile.rules.get("routing"), profile.rules.get("compression")
            if "batching" in profile.rules:
                notes.append(
                    f"{covered}: one row may be a pack of several requests, and the log does not "
                    "say of how many: its volume and mix are rows, and its lever effect the rest"
                )
            if (
                isinstance(route, Routing)
                and isinstance(squeeze, Compression)
                and self._identity(squeeze.compressor) == self._identity(route.tiers[0].model)
            ):
                notes.append(
                    f"{covered}: the compressor is also the first tier: its rows cannot be told "
                    "apart, and count as requests"
                )
        return notes


def _billed(catalog: Catalog, sums: Sums) -> pl.DataFrame:
    """The logged calls at the price of their own day."""
    billed = sums.cells.filter(pl.col("part") == BILLED)
    return billed.with_columns(pico_usd=pico_usd(catalog))


def _by_feature(cells: pl.DataFrame) -> dict[int, int]:
    sums = cells.group_by("feature").agg(pl.col("pico_usd").sum())
    return {feature: int(pico) for feature, pico in sums.iter_rows()}


def _rates(cells: pl.DataFrame, requests: Mapping[int, int]) -> dict[int, Rates]:
    sums = cells.group_by("feature").agg(
        pl.col("calls").sum(),
        read=pl.sum_horizontal(*INPUT_CLASSES).sum(),
        written=pl.col("output").sum(),
    )
    return {
        feature: Rates(requests.get(feature, 0), int(calls), int(read), int(written))
        for feature, calls, read, written in sums.iter_rows()
    }
