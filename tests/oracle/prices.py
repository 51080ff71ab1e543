"""Prices of the slow reference: which entry is in force, and what one call costs (section 2)."""

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase

from tests.oracle.arithmetic import PPM, ppm, rounded

CLASSES = ("input", "cached_input", "cache_write", "cache_write_1h", "output")


def as_date(value):
    """Read a date from a TOML date or its ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


class Entry:
    """One ``[[price]]`` table."""

    def __init__(self, table):
        self.table = table
        self.kappa = ppm(table.get("tokenizer_ratio", "1"))
        self.verbosity = ppm(table.get("verbosity", "1"))
        self.batch_discount = ppm(table.get("batch_discount", "0.5"))

    def unit(self, kind, *, above):
        """Return pico-dollars per token of one class on this side of the long-context step."""
        texts = (self.table.get(f"{kind}_above") if above else None, self.table.get(kind))
        for text in texts:
            if text is not None:
                return int(Decimal(text) * PPM)
        return self.unit("input", above=above)

    def cost(self, call, discount):
        """Return what a call costs in pico-dollars, every unit price discounted and rounded."""
        limit = self.table.get("above_tokens")
        above = limit is not None and call.input > int(limit)
        unit = {
            kind: rounded(self.unit(kind, above=above) * (PPM - discount), PPM) for kind in CLASSES
        }
        return (
            (call.input - call.cached - call.write - call.write_1h) * unit["input"]
            + call.cached * unit["cached_input"]
            + call.write * unit["cache_write"]
            + call.write_1h * unit["cache_write_1h"]
            + call.output * unit["output"]
        )


def _starts(table):
    start = table.get("effective_from")
    return date.min if start is None else as_date(start)


def _matches(table, provider, model):
    # A policy names a model without its provider, and some logs do too: any provider's entry fits.
    known = table.get("provider") is not None and provider is not None
    return fnmatchcase(model, table["model"]) and not (known and table["provider"] != provider)


def in_force(prices, provider, model, day):
    """Return the entry in force on a day: first matching pattern, its latest start. Else None."""
    for table in prices:
        if _matches(table, provider, model):
            pattern = (table.get("provider"), table["model"])
            dated = [
                other
                for other in prices
                if (other.get("provider"), other["model"]) == pattern and _starts(other) <= day
            ]
            return Entry(max(dated, key=_starts)) if dated else None
    return None
