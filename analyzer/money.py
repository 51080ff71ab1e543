"""Money and ratios as integers: pico-dollars, parts per million, and how they are spelled."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

PPM = 1_000_000
PICO_PER_USD = 1_000_000_000_000
PICO_PER_TOKEN_AT_ONE_USD_PER_MTOK = 1_000_000


def round_half_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded half up, in integers (REPLAY.md §1)."""
    return (2 * numerator + denominator) // (2 * denominator)


def ppm(value: Decimal | str | int | float) -> int:
    """Return a decimal ratio as whole parts per million, half up. Floats are read as printed."""
    return int((Decimal(str(value)) * PPM).to_integral_value(ROUND_HALF_UP))


def pico_per_token(usd_per_mtok: Decimal) -> int:
    """Return a price in USD per million tokens as whole pico-dollars per token, half up."""
    exact = usd_per_mtok * PICO_PER_TOKEN_AT_ONE_USD_PER_MTOK
    return int(exact.to_integral_value(ROUND_HALF_UP))


def after_discount(pico: int, discount_ppm: int) -> int:
    """Return a unit price less a discount, rounded half up to a whole pico per token."""
    return round_half_up(pico * (PPM - discount_ppm), PPM)


def usd(pico: int) -> float:
    """Return pico-dollars as dollars rounded to 1e-6, for printing and plotting only."""
    return round_half_up(pico, 1_000_000) / 1_000_000


def plain_usd(pico: int) -> str:
    """Return pico-dollars as a plain decimal with all its digits: ``12.5``, ``-0.000001``."""
    whole, part = divmod(abs(pico), PICO_PER_USD)
    digits = f"{part:012d}".rstrip("0")
    sign = "-" if pico < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def spell_usd(pico: int, *, digits: int | None = None) -> str:
    """Spell pico-dollars for people: ``$13,350``, ``$4.20``, ``-$0.0004``, never ``$-0``.

    Without ``digits``: whole dollars from $1,000, cents from $1, else two significant digits.
    """
    amount = Decimal(pico) / PICO_PER_USD
    if digits is None:
        digits = _digits_for(abs(amount))
    rounded = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "-" if rounded < 0 else ""
    return f"{sign}${abs(rounded):,.{digits}f}"


def _digits_for(amount: Decimal) -> int:
    if amount >= 1000 or amount == 0:
        return 0
    if amount >= 1:
        return 2
    return max(2, 1 - amount.adjusted())


def spell_percent(part: int, whole: int, *, digits: int = 1) -> str:
    """Spell ``part / whole`` as a percentage; ``n/a`` where there is no whole to divide by."""
    if whole == 0:
        return "n/a"
    share = (Decimal(part) / Decimal(whole) * 100).quantize(
        Decimal(1).scaleb(-digits), ROUND_HALF_UP
    )
    return f"{share + 0:.{digits}f}%"
