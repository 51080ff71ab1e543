"""Exact arithmetic of the slow reference: ratios, rounding and the seeded draw."""

import hashlib
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PPM = 1_000_000
US_PER_SECOND = 1_000_000
US_PER_DAY = 86_400 * US_PER_SECOND


def exact(value):
    """Read a number as it is written: 0.1 is one tenth, not its nearest float."""
    return Fraction(str(value))


def ppm(value):
    """Hold a ratio as whole parts per million, half up."""
    return int((Decimal(str(value)) * PPM).to_integral_value(ROUND_HALF_UP))


def rounded(numerator, denominator):
    """Round half up, in integers."""
    return (2 * numerator + denominator) // (2 * denominator)


def ceil_share(tokens, share_ppm):
    """Return the smallest whole number that is at least ``tokens * share``."""
    return -(-tokens * share_ppm // PPM)


def floor_share(tokens, share_ppm):
    """Return the largest whole number that is at most ``tokens * share``."""
    return tokens * share_ppm // PPM


def microseconds(seconds):
    """Return seconds, as a policy writes them, in whole microseconds."""
    return int(exact(seconds) * US_PER_SECOND)


def draw(seed, request_id, place):
    """Return the first 52 bits of md5("{seed}:{request_id}:{place}") as a fraction of 2^52."""
    digest = hashlib.md5(f"{seed}:{request_id}:{place}".encode()).hexdigest()
    return Fraction(int(digest[:13], 16), 2**52)
