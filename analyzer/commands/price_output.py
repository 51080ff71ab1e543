"""How ``rebill prices`` spells its answers: aligned text for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date

from analyzer.pricing.book import PriceBook
from analyzer.pricing.match import Match, in_force
from analyzer.pricing.nearest import nearest_names
from analyzer.pricing.price import Price, UnitPrices
from analyzer.pricing.providers import provider_id
from analyzer.pricing.review import Verdict, disagreement, usd_per_mtok

_MONEY_HEAD = ("input", "cached", "write", "write 1h", "output")


def list_text(book: PriceBook, text: str, provider: str | None, day: date) -> str:
    """Spell the prices in force as a table."""
    rows = [
        (p.provider or "any", p.model, *_money(p.base), str(p.effective_from or "-"), p.source)
        for p in _in_force(book, text, provider, day)
    ]
    head = ("provider", "model", *_MONEY_HEAD, "from", "source")
    lines = [f"USD per million tokens, in force on {day}", *_table(head, rows)]
    return "\n".join(lines) if rows else f"no price holds {_plain(text)!r} in its name on {day}"


def list_json(book: PriceBook, text: str, provider: str | None, day: date) -> str:
    """Spell the prices in force as one JSON object."""
    prices = [_price(p) for p in _in_force(book, text, provider, day)]
    return json.dumps({"date": str(day), "sources": book.sources, "prices": prices}, indent=2)


def show_text(book: PriceBook, name: str, provider: str | None, day: date) -> str:
    """Spell what one name means, with every dated price of every table that lists it."""
    resolution = book.resolve(provider, name)
    lines = [f"{_plain(name)}: {_plain(book.explain(provider, name))}"]
    if not resolution.matches:
        return "\n".join([*lines, *_hints(book, name, provider)])
    lines.append(f"the same model as every other name of {resolution.matches[0].model_id}")
    used = next((p for p in (match.at(day) for match in resolution.matches) if p), None)
    for match in resolution.matches:
        lines += _match_lines(book, match, used)
    if disagreement(resolution, day):
        lines.append(f"The tables disagree on {day}; the first one above is used.")
    return "\n".join(lines)


def _hints(book: PriceBook, name: str, provider: str | None) -> Iterator[str]:
    """What an unpriced name may be instead: the hosts that sell it, or names that look like it."""
    offers = _offers(book, name) if provider is None else []
    for host, price in offers:
        yield f"  {host}/{_plain(name)}: {_short(price)}"
    if not offers:
        near = nearest_names(book, provider_id(provider), name, limit=5)
        yield from (f"  nearest: {other}" for other in near)


def _offers(book: PriceBook, name: str) -> list[tuple[str, Price]]:
    found = book.library.offers(name, tails=True) if book.library else ()
    return [(host, match.prices[-1]) for host, match in found if isinstance(match, Match)]


def show_json(book: PriceBook, name: str, provider: str | None, day: date) -> str:
    """Spell the same as one JSON object."""
    resolution = book.resolve(provider, name)
    listing = book.lookup(provider, name)
    used = listing.at(day) if listing else None
    near = () if listing else nearest_names(book, provider_id(provider), name, limit=5)
    offers = [] if listing or provider else _offers(book, name)
    answer = {
        "name": name,
        "provider": provider,
        "model_id": listing.model_id if listing else None,
        "explanation": book.explain(provider, name),
        "date": str(day),
        "in_force": _price(used) if used else None,
        "matches": [
            {"how": m.how, "prices": [_price(p) for p in m.prices], "urls": _urls(book, m)}
            for m in resolution.matches
        ],
        "disagreement": [_price(p) for p in disagreement(resolution, day)],
        "offers": {host: _price(price) for host, price in offers},
        "nearest": near,
    }
    return json.dumps(answer, indent=2)


def check_text(verdicts: Sequence[Verdict]) -> str:
    """Spell what the book makes of every logged model."""
    rows = [
        (
            _plain(v.logged.name),
            _count(v.logged.requests),
            _count(v.logged.tokens),
            v.price.source if v.price else "UNPRICED",
            _plain(_entry_name(v.price)) if v.price else "",
            str(v.price.effective_from or "-") if v.price else "",
        )
        for v in verdicts
    ]
    head = ("model", "requests", "tokens", "priced by", "entry", "from")
    return "\n".join([*_table(head, rows, right=(1, 2)), *_findings(verdicts)])


def _findings(verdicts: Sequence[Verdict]) -> Iterator[str]:
    unpriced = [v for v in verdicts if v.price is None]
    requests, tokens = _sums(unpriced)
    names = f"{len(unpriced)} of {len(verdicts)} names"
    yield f"unpriced: {names}, {requests:,} requests, {tokens:,} tokens"
    yield from (f"  {_plain(v.logged.name)}: {_plain(v.explanation)}" for v in unpriced)
    for v in verdicts:
        if v.gap:
            yield f"partly priced: {_plain(v.logged.name)}: {v.gap}"
        if v.disagreement:
            said = "; ".join(f"{p.source} {_short(p)}" for p in v.disagreement)
            yield f"tables disagree: {_plain(v.logged.name)} on {v.logged.last_day}: {said}"
        if v.price and v.price.note:
            yield f"note: {_plain(v.logged.name)}: {v.price.note}"


def check_json(verdicts: Sequence[Verdict]) -> str:
    """Spell the same as one JSON object."""
    requests, tokens = _sums([v for v in verdicts if v.price is None])
    models = [
        {
            "provider": v.logged.provider,
            "model": v.logged.model,
            "held_as": v.logged.held_as,
            "requests": v.logged.requests,
            "tokens": v.logged.tokens,
            "date": str(v.logged.last_day),
            "price": _price(v.price) if v.price else None,
            "explanation": v.explanation,
            "gap": v.gap,
            "disagreement": [_price(p) for p in v.disagreement],
        }
        for v in verdicts
    ]
    totals = {"unpriced_requests": requests, "unpriced_tokens": tokens}
    return json.dumps({"models": models, **totals}, indent=2)


def _sums(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    return sum(v.logged.requests or 0 for v in verdicts), sum(v.logged.tokens for v in verdicts)


def _in_force(book: PriceBook, text: str, provider: str | None, day: date) -> Iterator[Price]:
    wanted = provider_id(provider)
    for group in book.groups():
        price = in_force(group, day)
        if price is None or text.lower() not in f"{price.provider}/{price.model}".lower():
            continue
        if wanted is None or provider_id(price.provider) == wanted:
            yield price


def _match_lines(book: PriceBook, match: Match, used: Price | None) -> Iterator[str]:
    first = match.prices[0]
    yield f"{first.source}: {_entry_name(first)} ({match.how})"
    rows = [
        (">" if p is used else "", str(p.effective_from or "always"), label, *_money(units))
        for p in sorted(match.prices, key=lambda p: p.effective_from or date.min)
        for label, units in _steps(p)
    ]
    yield from ("  " + line for line in _table(("", "from", "input tokens", *_MONEY_HEAD), rows))
    yield from (f"  note: {note}" for note in dict.fromkeys(p.note for p in match.prices) if note)
    yield from (f"  see {url}" for url in _urls(book, match)[:3])


def _steps(price: Price) -> Iterator[tuple[str, UnitPrices]]:
    yield "any" if price.above is None else f"to {price.above_tokens:,}", price.base
    if price.above is not None:
        yield f"above {price.above_tokens:,}", price.above


def _urls(book: PriceBook, match: Match) -> tuple[str, ...]:
    first = match.prices[0]
    if book.library is None or not first.provider or not first.source.startswith("genai-prices"):
        return ()
    return book.library.pricing_urls(first.provider)


def _price(price: Price) -> dict[str, object]:
    above = price.above
    return {
        "source": price.source,
        "provider": price.provider,
        "model": price.model,
        "effective_from": str(price.effective_from) if price.effective_from else None,
        **_usd(price.base, ""),
        "above_tokens": price.above_tokens,
        **(_usd(above, "_above") if above else {}),
        "batch_discount": price.batch_ppm / 1_000_000,
        "tokenizer_ratio": price.tokenizer_ratio_ppm / 1_000_000,
        "verbosity": price.verbosity_ppm / 1_000_000,
        "note": price.note,
    }


def _usd(units: UnitPrices, suffix: str) -> dict[str, str]:
    return {f"{name}{suffix}": usd_per_mtok(pico) for name, pico in asdict(units).items()}


def _money(units: UnitPrices) -> tuple[str, ...]:
    return tuple(usd_per_mtok(pico) for pico in asdict(units).values())


def _short(price: Price) -> str:
    step = f" to {price.above_tokens:,} tokens" if price.above_tokens is not None else ""
    return f"{usd_per_mtok(price.base.input)} in, {usd_per_mtok(price.base.output)} out{step}"


def _entry_name(price: Price) -> str:
    return f"{price.provider}/{price.model}" if price.provider else price.model


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _plain(text: str) -> str:
    """Log text is data: nothing in it may steer a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
