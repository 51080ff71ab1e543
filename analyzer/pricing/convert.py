"""One entry of the genai-prices library as dated prices, or why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from genai_prices import types as genai

from analyzer.money import PPM, pico_per_token
from analyzer.pricing.price import Price, UnitPrices

_Value = Decimal | genai.TieredPrices
_CLASSES = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok")
_TOOL_KEYS = re.compile(r"(?:web|social|storage)_searches_kcount|code_executions_kcount")
_INPUT_MEDIA = re.compile(r"(?:input|cache)_(?:audio|image|video)(?:_\w+)?_mtok")
_EMBEDDING = re.compile(r"embed|rerank|voyage-|(?:^|[-/])(?:bge|gte|e5)-")
_MADE_FOR_MEDIA = re.compile(r"transcribe|image|audio|realtime")
_FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class NoPrice:
    """Why an entry has no price that tokens alone can pay."""

    reason: str


def convert(
    model: genai.ModelInfo, provider: str, source: str, names: tuple[str, ...]
) -> tuple[Price, ...] | NoPrice:
    """Return an entry's dated prices, by start date, or why it has none.

    ``names`` are the names that the entry lists, beside its own.
    """
    periods = _periods(model)
    for _, values in periods:
        reason = _unsupported(values, (model.id.lower(), *names))
        if reason:
            return NoPrice(reason)
    ends = [start for start, _ in periods[1:]] + [_FAR]
    return tuple(
        _price(model, provider, source, start, values, end - timedelta(days=1))
        for (start, values), end in zip(periods, ends, strict=True)
    )


def _periods(model: genai.ModelInfo) -> list[tuple[date, dict[str, _Value]]]:
    """Start date (``date.min``: always) and prices, in order of date; hours of day left out."""
    if isinstance(model.prices, genai.ModelPrice):
        return [(date.min, _values(model.prices))]
    dated: dict[date, dict[str, _Value]] = {}
    for place, entry in enumerate(model.prices):
        if isinstance(entry.constraint, genai.TimeOfDateConstraint):
            continue
        start = entry.constraint.start_date if entry.constraint and place else date.min
        dated[start] = _values(entry.prices)
    return sorted(dated.items(), key=lambda item: item[0])


def _values(prices: genai.ModelPrice) -> dict[str, _Value]:
    return {key: value for key, value in vars(prices).items() if value is not None}


def _unsupported(values: Mapping[str, _Value], names: tuple[str, ...]) -> str:
    """Say why token counts alone cannot price this entry; empty where they can."""
    if not values:
        return "listed without a price"
    for key in values:
        if key in _CLASSES or key == "output_mtok" or _TOOL_KEYS.fullmatch(key):
            continue
        media = _INPUT_MEDIA.fullmatch(key)
        if not media or made_for_media(names[0]):
            return f"also charged by {key}, which a log's token totals do not tell apart"
    kind = made_for_media(names[0])
    if kind and not any(map(_INPUT_MEDIA.fullmatch, values)):
        return f"listed without a price for {kind} tokens"
    if "input_mtok" not in values:
        return "listed without a price for input tokens"
    if "output_mtok" not in values and not any(_EMBEDDING.search(name) for name in names):
        return "listed without a price for output tokens"
    steps = {v.tiers[0].start for v in values.values() if isinstance(v, genai.TieredPrices)}
    return "its classes step at different lengths" if len(steps) > 1 else ""


def made_for_media(name: str) -> str:
    """Return what a model is for where its name says it is not text; else empty."""
    found = _MADE_FOR_MEDIA.search(name)
    return found[0] if found else ""


def _price(
    model: genai.ModelInfo,
    provider: str,
    source: str,
    start: date,
    values: Mapping[str, _Value],
    last_day: date,
) -> Price:
    tiers = [v.tiers for v in values.values() if isinstance(v, genai.TieredPrices)]
    return Price(
        source=source,
        provider=provider,
        model=model.id,
        effective_from=None if start == date.min else start,
        base=_units(values, above=False),
        above_tokens=tiers[0][0].start if tiers else None,
        above=_units(values, above=True) if tiers else None,
        batch_discount_ppm=_batch_discount(model, values, last_day),
        note="; ".join(_notes(model, values)),
    )


def _units(values: Mapping[str, _Value], *, above: bool) -> UnitPrices:
    """Missing: cached reads and 5-minute writes cost input, 1-hour writes the 5-minute price."""

    def pico(key: str) -> int | None:
        value = values.get(key)
        if isinstance(value, genai.TieredPrices):
            value = value.tiers[0].price if above else value.base
        return None if value is None else pico_per_token(value)

    base, read, write, write_1h = (pico(key) for key in _CLASSES)
    per_input = base or 0
    per_write = per_input if write is None else write
    return UnitPrices(
        input=per_input,
        cached_input=per_input if read is None else read,
        cache_write=per_write,
        cache_write_1h=per_write if write_1h is None else write_1h,
        output=pico("output_mtok") or 0,
    )


def _batch_discount(
    model: genai.ModelInfo, values: Mapping[str, _Value], last_day: date
) -> int | None:
    """The discount that the library's batch prices mean, where input and output agree on one."""
    for variant in model.price_variants or ():
        start = getattr(variant.constraint, "start_date", date.min)
        if variant.when != {"processing": "batch"} or start > last_day:
            continue
        batch = _values(variant.prices)
        ratios = {_ratio(batch.get(key), values.get(key)) for key in ("input_mtok", "output_mtok")}
        ratio = ratios.pop()
        if ratios or ratio is None or ratio > 1:
            return None
        return round((1 - ratio) * PPM)
    return None


def _ratio(part: _Value | None, whole: _Value | None) -> Fraction | None:
    part = part.base if isinstance(part, genai.TieredPrices) else part
    whole = whole.base if isinstance(whole, genai.TieredPrices) else whole
    return Fraction(part) / Fraction(whole) if part is not None and whole else None


def _notes(model: genai.ModelInfo, values: Mapping[str, _Value]) -> Iterator[str]:
    """The limits of an entry, for people."""
    hours = [
        f"{entry.constraint.start_time:%H:%M}-{entry.constraint.end_time:%H:%M}"
        for entry in (model.prices if isinstance(model.prices, list) else ())
        if isinstance(entry.constraint, genai.TimeOfDateConstraint)
    ]
    if hours:
        yield f"other prices at {' and '.join(hours)} UTC are not modelled"
    for value in values.values():
        if isinstance(value, genai.TieredPrices) and len(value.tiers) > 1:
            yield f"a further step at {value.tiers[1].start:,} input tokens is not modelled"
            break
    media = {key.split("_")[1] for key in values if _INPUT_MEDIA.fullmatch(key)}
    if media:
        yield f"{' and '.join(sorted(media))} input has a price of its own; priced as text"
    if "output_mtok" not in values:
        yield "an embedding or ranking model: no output tokens"
