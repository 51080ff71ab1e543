"""How logs spell times, dollars and keys."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PICO_DIGITS = 12


def moment(at_us: int) -> datetime:
    """Return a time in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def rfc3339(at_us: int) -> str:
    """Spell a time as ``2026-10-01T09:20:46.847Z``."""
    return moment(at_us).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def naive(at_us: int) -> str:
    """Spell a time as the gateway's database does: UTC, and no word of it."""
    return moment(at_us).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def dollars(pico: int) -> str:
    """Spell pico-dollars as exact decimal dollars."""
    return f"{Decimal(pico).scaleb(-_PICO_DIGITS).normalize():f}"


def digest(key: str) -> str:
    """Return a short digest that stands for a prompt (cut to 16 digits to keep files small)."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
