"""How the text of each unit becomes a value, and what to say where it does not."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.adapter import Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """SQL that reads a text ``x`` (NULL where it cannot), and the mend for a text it cannot."""

    sql: str
    mend: str


READINGS: dict[Unit, Reading] = {
    "text": Reading("stored_text(x)", "cannot be read as text"),
    "digest": Reading("keyed(x)", "cannot be read as text"),
    "tokens": Reading("count_of(x)", "is not a whole number from 0 to 1,000,000,000"),
    "count": Reading("count_of(x)", "is not a whole number from 0 to 1,000,000,000"),
    "total": Reading("whole_total(TRY_CAST(x AS DOUBLE))", "is not a whole number from 0 to 1e15"),
    "time": Reading(
        "time_us(x)",
        "is not a time from 1970 to 2100: write RFC 3339 with an offset "
        "(2026-10-01T09:00:00Z) or epoch seconds",
    ),
    "utc_time": Reading(
        "utc_time_us(x)",
        "is not a time from 1970 to 2100: write 2026-10-01T09:00:00Z or epoch seconds",
    ),
    "ms": Reading("ms_us(x)", "is not a number of milliseconds from 0 to 1e10"),
    "us": Reading("scaled_us(TRY_CAST(x AS DECIMAL(38, 10)), 1)", "is not a duration"),
    "usd": Reading(
        "CASE WHEN usd_pico(x) >= 0 THEN usd_pico(x) END", "is not a number of dollars from 0 up"
    ),
    "signed_usd": Reading("usd_pico(x)", "is not a number of dollars"),
    "flag": Reading("flag(x)", "is neither true nor false"),
    "http_status": Reading("http_status(x)", "is neither ok, nor error, nor an HTTP status"),
    "score": Reading(
        "CASE WHEN TRY_CAST(x AS DOUBLE) BETWEEN 0 AND 1 THEN TRY_CAST(x AS DOUBLE) END",
        "is not a number from 0 to 1",
    ),
}
