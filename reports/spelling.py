"""Spells figures, times and names for people, the same way in every output."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from analyzer.money import round_half_up, spell_percent, spell_usd

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAME_CHARACTERS = 56
DIGEST_CHARACTERS = 6
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
LEVER_NAMES = {"baseline": "Today", "batch_api": "Batch API"}
PICO_DIGITS = 12
DURATIONS = (
    (86_400_000_000, "day"),
    (3_600_000_000, "hour"),
    (60_000_000, "minute"),
    (1_000_000, "second"),
)
TOKEN_SCALES = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


def money(pico_usd: int, *, digits: int | None = None) -> str:
    """Spell pico-dollars: ``$13,350``; a negative sum has a real minus sign."""
    return spell_usd(pico_usd, digits=digits).replace("-", MINUS)


def stated(pico_usd: int) -> str:
    """Spell an amount that somebody wrote down: no cents where it has none."""
    return money(pico_usd, digits=None if pico_usd % 10**PICO_DIGITS else 0)


def column(amounts: Sequence[int]) -> tuple[str, ...]:
    """Spell amounts to the same digits: those that the largest needs, and one more below $1."""
    largest = max((abs(pico) for pico in amounts), default=0)
    shown = spell_usd(largest).partition(".")[2]
    digits = len(shown) + (0 < largest < 10**PICO_DIGITS)
    return tuple(money(pico, digits=digits) for pico in amounts)


def change(pico_usd: int, *, digits: int | None = None) -> str:
    """Spell a difference with its sign: ``+$12``; an en dash where nothing moved."""
    if pico_usd == 0:
        return NOTHING
    return ("+" if pico_usd > 0 else "") + money(pico_usd, digits=digits)


def percent(part: int, whole: int, *, digits: int = 1) -> str:
    """Spell a share with one decimal; an en dash where there is no whole."""
    return spell_percent(part, whole, digits=digits).replace("-", MINUS) if whole else NOTHING


def percent_change(part: int, whole: int) -> str:
    """Spell a change of a whole with its sign: ``+14.0%``."""
    return ("+" if part > 0 and whole else "") + percent(part, whole)


def price(pico_per_token: int) -> str:
    """Spell a unit price as dollars per million tokens, two decimals or as many as it has."""
    exact = spell_usd(pico_per_token * 1_000_000, digits=6).rstrip("0")
    cents = exact.index(".") + 3
    return exact.ljust(cents, "0").replace("-", MINUS)


def span(low_pico_usd: int, high_pico_usd: int, *, least_unit: int) -> tuple[str, str]:
    """Spell a range to the digits its own width supports: the first two of the width.

    ``least_unit`` is the finest unit to print, in pico-dollars: a power of ten.
    """
    width = abs(high_pico_usd - low_pico_usd)
    unit = max(10 ** max(0, len(str(width)) - 2), least_unit)
    return _to_unit(low_pico_usd, unit), _to_unit(high_pico_usd, unit)


def _to_unit(pico_usd: int, unit: int) -> str:
    rounded = round_half_up(pico_usd, unit) * unit
    if rounded == 0:
        return "$0"
    digits = max(0, PICO_DIGITS - (len(str(unit)) - 1))
    return money(rounded, digits=2 if digits == 1 else digits)


def count(number: int) -> str:
    """Spell a whole number with thousands separators."""
    return f"{number:,}".replace("-", MINUS)


def plural(number: int, noun: str) -> str:
    """Spell a number of things: ``1 day``, ``1,200 requests``."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def tokens(number: int) -> str:
    """Spell a token count to three figures or so: ``812``, ``45.1k``, ``1.2bn``."""
    for scale, suffix in TOKEN_SCALES:
        if number >= 10 * scale or (scale > 1_000 and number >= scale):
            tenths = round_half_up(number * 10, scale)
            return f"{tenths // 10:,}.{tenths % 10}{suffix}"
    return count(number)


def day(time_us: int) -> str:
    """Spell the UTC calendar day of a time: ``1 October 2026``."""
    moment = EPOCH + timedelta(microseconds=time_us)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def date(iso: str) -> str:
    """Spell an ISO date: ``2026-10-01`` is 1 October 2026."""
    year, month, number = iso.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"


def moment(time_us: int) -> str:
    """Spell a UTC time to the minute: ``1 October 2026, 08:05 UTC``."""
    at = EPOCH + timedelta(microseconds=time_us)
    return f"{day(time_us)}, {at:%H:%M} UTC"


def duration(span_us: int) -> str:
    """Spell a length of time in its largest whole unit: ``1 hour``, ``90 minutes``."""
    for unit_us, noun in DURATIONS:
        if span_us >= unit_us and span_us % unit_us == 0:
            return plural(span_us // unit_us, noun)
    return f"{span_us / 1_000_000:g} seconds"


def lever(name: str) -> str:
    """Spell a lever: ``model_selection`` is Model selection."""
    words = name.replace("_", " ")
    return LEVER_NAMES.get(name, words[:1].upper() + words[1:])


def name(text: str, *, characters: int = NAME_CHARACTERS) -> str:
    """Spell a name out of a log: nothing hidden in it, and at most ``characters`` long.

    A name that is cut carries a digest of the whole, so that two cut names stay apart.
    """
    if not text:
        return "(no name)"
    shown = visible(text)
    if len(shown) <= characters:
        return shown
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGEST_CHARACTERS]
    end = f"\N{HORIZONTAL ELLIPSIS} #{digest}"
    return shown[: characters - len(end)] + end


def visible(text: str) -> str:
    """Write control characters, and those that turn the reading direction, as escapes.

    Joiners stay: emoji and several scripts need them.
    """
    return "".join(_escape(character) for character in text)


def printable(text: str) -> str:
    """Write control characters as escapes: what a page that isolates its names needs."""
    return "".join(_escape(c) if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)


def _escape(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    if not hidden or character in "\u200c\u200d":
        return character
    return character.encode("unicode_escape").decode("ascii")
