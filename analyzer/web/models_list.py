"""The models that a rule may name: those of the log first, then all that have a price."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from analyzer.findings import Findings
from analyzer.pricing.book import PriceBook

_USUAL = "gpt-4o-mini"


def models_html(name: str, book: PriceBook, today: Findings) -> str:
    """Return the list as a ``datalist``, which the browser itself offers beside a field."""
    logged = [row.model for row in today.board.models]
    listed = {
        f"{group[0].provider}/{group[0].model}" for group in book.groups() if group[0].provider
    }
    plain = sorted(one for one in listed if not set(one) & set("*?["))
    return options_html(name, (*logged, *plain))


def options_html(name: str, options: Iterable[str]) -> str:
    """Return texts as a ``datalist``; each stands in it once."""
    listed = "".join(f'<option value="{escape(text)}"></option>' for text in dict.fromkeys(options))
    return f'<datalist id="{escape(name)}">{listed}</datalist>'


def cheap_and_dear(today: Findings) -> tuple[str, str]:
    """Return the models that a new rule starts from: the cheapest and the dearest of the log."""
    logged = sorted((price.input + price.output, price.model) for price in today.prices)
    if not logged:
        return _USUAL, _USUAL
    return logged[0][1], logged[-1][1]
