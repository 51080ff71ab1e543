"""Costs before and after a policy as rows of FOCUS, the FinOps Open Cost and Usage Specification.

One row for each day (UTC), feature, model and meter (input or output tokens). ``before`` is the log
at the prices of the price date, ``after`` the same log under the whole policy. FOCUS has no column
for a cost that was never billed: ``x_RebillScenario`` tells the two apart; never add them.
Source: https://focus.finops.org, version 1.1.
"""

from __future__ import annotations

import csv
import json
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from io import StringIO

import polars as pl

from analyzer.money import plain_usd
from analyzer.replay.coalitions import Replay
from analyzer.replay.costing import INPUT_CLASSES
from analyzer.replay.ledger import NO_LEVERS, Ledger
from analyzer.replay.requests import DAY_US, Log, day_of
from analyzer.savings.board import Replayed
from analyzer.savings.spend import provider_of

SIDES = ("before", "after")
COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "Tags",
    "x_RebillScenario",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ACCOUNT = "not in the log"

Row = dict[str, str]


def to_csv(replayed: Replayed, sides: Iterable[str] = SIDES) -> str:
    """Return the rows of the wanted sides as CSV, in the order of day, feature and model."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for side in sides:
        writer.writerows(rows(replayed.log, replayed.replay, replayed.ledger, side))
    return out.getvalue()


def rows(log: Log, replay: Replay, ledger: Ledger, side: str) -> Iterator[Row]:
    """Yield the rows of one side; ``EffectiveCost`` adds up to its total, to the pico-dollar."""
    cells = replay.cells(NO_LEVERS if side == "before" else ledger.everything)
    sums = cells.group_by("day", "feature", "model", "above").agg(
        pl.col("pico_usd", "output_pico_usd", "output").sum(),
        read=pl.sum_horizontal(*INPUT_CLASSES).sum(),
    )
    for cell in sums.sort("day", "feature", "model", "above").iter_rows(named=True):
        model = log.catalog.models[cell["model"]]
        units = model.price.units(above=cell["above"])
        written, paid_written = cell["output"], int(cell["output_pico_usd"])
        meters = (
            ("input", cell["read"], units.input, int(cell["pico_usd"]) - paid_written),
            ("output", written, units.output, paid_written),
        )
        shared = {
            **_period(day_of(cell["day"] * DAY_US)),
            **_service(provider_of(model), model.name),
            "Tags": json.dumps({"feature": log.features[cell["feature"]]}),
            "x_RebillScenario": side,
        }
        for meter, tokens, unit_price, paid in meters:
            if tokens or paid:
                yield {**shared, **_charge(model.name, meter, tokens, unit_price, paid)}


def _period(day: date) -> Row:
    """Whole UTC days within calendar months; ends are exclusive."""
    first = day.replace(day=1)
    after = first + timedelta(days=monthrange(day.year, day.month)[1])
    return {
        "BillingPeriodStart": _midnight(first),
        "BillingPeriodEnd": _midnight(after),
        "ChargePeriodStart": _midnight(day),
        "ChargePeriodEnd": _midnight(day + timedelta(days=1)),
    }


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _service(provider: str, model: str) -> Row:
    name = _guarded(provider)
    return {
        "BillingAccountId": _ACCOUNT,
        "BillingAccountName": "",
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeFrequency": "Usage-Based",
        "InvoiceIssuerName": name,
        "ProviderName": name,
        "PublisherName": name,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": _guarded(model),
    }


def _charge(model: str, meter: str, tokens: int, unit_price: int, paid: int) -> Row:
    """One meter: what it costs, and what the same tokens cost at list price, undiscounted."""
    cost = plain_usd(paid)
    return {
        "BilledCost": cost,
        "ChargeDescription": _guarded(f"{model}, {meter} tokens"),
        "ConsumedQuantity": str(tokens),
        "ConsumedUnit": "Tokens",
        "ContractedCost": cost,
        "EffectiveCost": cost,
        "ListCost": plain_usd(tokens * unit_price),
        "ListUnitPrice": plain_usd(unit_price),
        "PricingQuantity": str(tokens),
        "PricingUnit": "Tokens",
        "SkuId": _guarded(f"{model}/{meter}"),
    }


def _guarded(text: str) -> str:
    """Keep a spreadsheet from running a name as a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text
