"""Price files: TOML in, exact prices out, and an error that says how to mend a bad field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from importlib.resources import files as resource_files
from pathlib import Path

from analyzer.errors import PriceError
from analyzer.money import PPM, pico_per_token, ppm
from analyzer.pricing.discounts import ProviderDiscount
from analyzer.pricing.price import Price, UnitPrices
from analyzer.pricing.providers import provider_id
from analyzer.pricing.tables import FIELD_NOTES

_CLASSES = ("input", "cached_input", "cache_write", "cache_write_1h", "output")
_ABOVE = tuple(f"{name}_above" for name in _CLASSES)
ENTRY_KEYS = (
    *("provider", "model", "effective_from", *_CLASSES, "above_tokens", *_ABOVE),
    *("batch_discount", "tokenizer_ratio", "verbosity"),
)
FILE_KEYS = ("currency", "price", "discount")
DISCOUNT_KEYS = ("provider", "share", "effective_from")
_DECIMALS = 6
_MOST_USD_PER_MTOK = 1_000_000
_NOTES_NOTE = "an aggregator's catalogue as quoted in the field notes; not verified"
_HEADERS = {
    key: re.compile(rf"^\s*\[\[\s*{key}\s*\]\]", re.MULTILINE) for key in ("price", "discount")
}


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What one file holds: prices, and discounts off every price of a provider."""

    prices: tuple[Price, ...]
    discounts: tuple[ProviderDiscount, ...] = ()


def read_prices(path: str) -> PriceFile:
    """Return a user's price file, entry by entry.

    Raises:
        PriceError: the file is missing, is no TOML, or has a bad field.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PriceError(f"{path}: no such price file; check the path after --prices") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PriceError(f"{path}: cannot be read as a price file: {why}") from None
    return parse_prices(text, path, file.name)


def parse_prices(text: str, path: str, source: str) -> PriceFile:
    """Return the entries of a price file's text. ``path`` names it in errors."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise PriceError(f"{path}: not valid TOML: {error}") from None
    _refuse_unknown(path, document, FILE_KEYS)
    if document.get("currency", "USD") != "USD":
        raise PriceError(f'{path}: currency: only "USD" is known; convert the prices to US dollars')
    prices = tuple(entry.price(source) for entry in _entries(document, "price", text, path))
    discounts = tuple(
        entry.discount(source) for entry in _entries(document, "discount", text, path)
    )
    if not prices and not discounts:
        raise PriceError(f"{path}: holds no prices; add a [[price]] entry")
    return PriceFile(prices, discounts)


def _entries(document: Mapping[str, object], key: str, text: str, path: str) -> Iterator[_Entry]:
    """Yield the tables under one key, each with the line that it starts on."""
    tables = document.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise PriceError(f"{path}: {key}: write each entry under its own [[{key}]] line")
    headers = [text.count("\n", 0, found.end()) + 1 for found in _HEADERS[key].finditer(text)]
    lines = headers if len(headers) == len(tables) else [None] * len(tables)
    for place, (line, table) in enumerate(zip(lines, tables, strict=True), 1):
        yield _Entry(path, key, place, line, table)


@cache
def bundled_table(name: str) -> tuple[Price, ...]:
    """Return a catalogue that ships with the package."""
    file = resource_files("analyzer.pricing") / "data" / f"{name}.toml"
    prices = parse_prices(file.read_text(encoding="utf-8"), f"{name}.toml", name).prices
    return tuple(replace(p, note=_NOTES_NOTE if name == FIELD_NOTES else "") for p in prices)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One ``[[price]]`` or ``[[discount]]`` table and where it stands."""

    path: str
    kind: str
    number: int
    line: int | None
    table: Mapping[str, object]

    def price(self, source: str) -> Price:
        _refuse_unknown(self._where(), self.table, ENTRY_KEYS)
        given = {key: self._usd(key) for key in (*_CLASSES, *_ABOVE) if key in self.table}
        for key in ("input", "output"):
            if key not in given:
                raise self._bad(key, f'is missing; add {key} = "2.50" (USD per million tokens)')
        above_tokens = self._above_tokens(given)
        discount = self._ratio("batch_discount", None)
        return Price(
            source=source,
            provider=self._name("provider") if "provider" in self.table else None,
            model=self._name("model"),
            effective_from=self._date(),
            base=_units(given, above=False),
            above_tokens=above_tokens,
            above=None if above_tokens is None else _units(given, above=True),
            batch_discount_ppm=discount,
            tokenizer_ratio_ppm=self._ratio("tokenizer_ratio", PPM) or PPM,
            verbosity_ppm=self._ratio("verbosity", PPM) or PPM,
        )

    def discount(self, source: str) -> ProviderDiscount:
        _refuse_unknown(self._where(), self.table, DISCOUNT_KEYS)
        provider = provider_id(self._name("provider", "openai"))
        if provider is None:
            raise self._bad("provider", 'names no provider; write provider = "openai"')
        if "share" not in self.table:
            raise self._bad("share", 'is missing; add share = "0.15" for 15% off')
        share = self._number("share", "0.15")
        if not 0 <= share <= 1:
            raise self._bad("share", f"{_shown(share)} is not between 0 and 1; 15% off is 0.15")
        if share * PPM != ppm(share):
            mend = f"{_shown(share)} has more than {_DECIMALS} decimals; round it to {_DECIMALS}"
            raise self._bad("share", mend)
        return ProviderDiscount(source, provider, ppm(share), self._date())

    def _where(self) -> str:
        line = "" if self.line is None else f"line {self.line}, "
        return f"{self.path}: {line}{self.kind} {self.number}"

    def _bad(self, key: str, mend: str) -> PriceError:
        return PriceError(f"{self._where()}: {key}: {mend}")

    def _name(self, key: str, example: str = "gpt-4o") -> str:
        value = self.table.get(key)
        if value is None:
            raise self._bad(key, f'is missing; add {key} = "{example}"')
        if not isinstance(value, str) or not value.strip():
            raise self._bad(key, f'{value!r} is not a name; write {key} = "{example}"')
        return value.strip()

    def _date(self) -> date | None:
        value = self.table.get("effective_from")
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        elif value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self._bad(
            "effective_from", f"{_shown(value)} is not a date; write effective_from = 2026-01-31"
        )

    def _number(self, key: str, example: str) -> Decimal:
        value = self.table[key]
        mend = f'{_shown(value)} is not a decimal number; write {key} = "{example}"'
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self._bad(key, mend)
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise self._bad(key, mend) from None
        if not number.is_finite():
            raise self._bad(key, mend)
        return number

    def _usd(self, key: str) -> int:
        usd = self._number(key, "2.50")
        if usd < 0:
            raise self._bad(key, f"{_shown(usd)} is negative; a price is 0 or more")
        if usd > _MOST_USD_PER_MTOK:
            raise self._bad(key, f"{_shown(usd)} is too much; prices are in USD per million tokens")
        if usd != round(usd, _DECIMALS):
            raise self._bad(
                key, f"{_shown(usd)} has more than {_DECIMALS} decimals; round it to {_DECIMALS}"
            )
        return pico_per_token(usd)

    def _ratio(self, key: str, default: int | None) -> int | None:
        if key not in self.table:
            return default
        number = self._number(key, "0.5" if key == "batch_discount" else "1.07")
        if key == "batch_discount":
            if not 0 <= number <= 1:
                raise self._bad(key, f"{_shown(number)} is not between 0 and 1; half off is 0.5")
        elif not 0 < number <= PPM or not ppm(number):
            raise self._bad(key, f"{_shown(number)} is not a ratio; write 1.07 for 7% more tokens")
        return ppm(number)

    def _above_tokens(self, given: Mapping[str, int]) -> int | None:
        value = self.table.get("above_tokens")
        if value is None:
            stepped = next((key for key in _ABOVE if key in given), None)
            if stepped:
                raise self._bad(stepped, "needs its step; add above_tokens = 200000")
            return None
        number = self._number("above_tokens", "200000")
        if not 0 <= number < 1 << 62 or number != int(number):
            mend = f"{_shown(number)} is no token count; write above_tokens = 200000"
            raise self._bad("above_tokens", mend)
        return int(number)


def _units(given: Mapping[str, int], *, above: bool) -> UnitPrices:
    """A class without its own price above the step keeps its base price; without any: input."""

    def pico(name: str) -> int | None:
        return given.get(f"{name}_above", given.get(name)) if above else given.get(name)

    per_input = pico("input") or 0
    values = [pico(name) for name in _CLASSES]
    return UnitPrices(*(per_input if value is None else value for value in values))


def _refuse_unknown(where: str, table: Mapping[str, object], valid: tuple[str, ...]) -> None:
    for key in table:
        if key not in valid:
            near = get_close_matches(key, valid, n=1, cutoff=0.5)
            mend = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(valid)}"
            raise PriceError(f"{where}: {key[:80]!r} is not a known key; {mend}")


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal | int) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
