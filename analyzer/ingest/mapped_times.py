"""Compiles the times of a mapping file, and the ends of its periods, into SQL."""

from __future__ import annotations

from datetime import UTC

from analyzer.adapter import Column
from analyzer.ingest.mapping_file import Period
from analyzer.ingest.mapping_rule import Rule
from analyzer.ingest.paths import literal

NO_TIME = (
    "is not a time from 1970 to 2100: write 2026-10-01T09:00:00Z; for a number, the mapping needs "
    'unit = "s", "ms" or "us", and for 31.12.2026 date = "%d.%m.%Y"'
)
"""What is wrong with a text that gives no time, and the mend."""
_FACTORS = {"s": "1", "ms": "0.001", "us": "0.000001"}


def _dated(rule: Rule, text: str) -> str:
    """SQL for a time in the usual spelling, as exact as the user's own."""
    finest = "%Y-%m" if "%d" not in rule.date else "%Y-%m-%d"
    finest = "%Y-%m-%dT%H:%M:%S" if "%H" in rule.date else finest
    return f"coalesce(strftime(TRY(strptime({text}, {literal(rule.date)})), '{finest}'), {text})"


def time_of(rule: Rule, text: str) -> str:
    """Return SQL for a time in a spelling that every column of times can be read in."""
    if rule.unit:
        start_us = 0
        if rule.origin is not None:
            start = rule.origin.astimezone(UTC)
            start_us = int(start.replace(microsecond=0).timestamp()) * 10**6 + start.microsecond
        start_s = f"{start_us // 10**6}.{start_us % 10**6:06d}::DECIMAL(20, 6)"
        return scaled(text, _FACTORS[rule.unit], f" + {start_s}")
    if rule.date:
        text = _dated(rule, text)
    # 20260901, 202609 and a spreadsheet's 46266 would all be moments of 1970.
    text = f"CASE WHEN bare_number({text}) THEN 'a number' ELSE {text} END"
    if rule.fills == "utc_time":
        text = _whole_days(_after_midnight(text), 1) if rule.through else _whole_days(text, 0)
    if rule.offset:
        bare = r"\d\d\d\d-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?"
        return (
            f"CASE WHEN regexp_full_match({text}, '{bare}') THEN {text} || '{rule.offset}' "
            f"ELSE {text} END"
        )
    return text


def _after_midnight(text: str) -> str:
    """SQL for a day later, where a text is the first moment of a day, as tables write dates."""
    offset = r"([Zz]|[+-]\d\d(?::?\d\d)?)?"
    midnight = rf"\d\d\d\d-\d\d-\d\d[Tt ]00:00(?::00(?:\.0+)?)?{offset}"
    later = f"strftime(TRY_CAST({text}[1:10] AS DATE) + INTERVAL 1 DAY, '%Y-%m-%dT00:00:00')"
    return (
        f"CASE WHEN regexp_full_match({text}, '{midnight}') "
        f"THEN {later} || regexp_extract({text}, '{midnight}', 1) ELSE {text} END"
    )


def _whole_days(text: str, more: int) -> str:
    """SQL for a date or a month as the moment it starts, or ``more`` of them later."""
    starts = {r"\d\d\d\d-\d\d-\d\d": ("", "DAY"), r"\d\d\d\d-\d\d": ("-01", "MONTH")}
    cases = " ".join(
        f"WHEN regexp_full_match({text}, '{pattern}') THEN strftime("
        f"TRY_CAST({text} || '{rest}' AS DATE) + INTERVAL {more} {unit}, '%Y-%m-%dT%H:%M:%S')"
        for pattern, (rest, unit) in starts.items()
    )
    return f"coalesce(CASE {cases} END, {text})"


def period_end(start: Column, period: Period) -> Column:
    """Return the column of the end of a period that starts where ``start`` says.

    A month has its length where the clock stands that wrote it, and not in UTC.
    """
    utc_us = f"utc_time_us({start.sql})"
    offset = "([Zz]| ?UTC|[+-]\\d\\d(:?\\d\\d)?)$"
    there = f"TRY_CAST(regexp_replace({start.sql}, '{offset}', '') AS TIMESTAMP)"
    here = f"coalesce({there}, make_timestamp({utc_us}))"
    ends_us = f"epoch_us({here} + INTERVAL 1 {period}) - epoch_us({here}) + {utc_us}"
    seconds = f"(({ends_us})::DECIMAL(28, 6) * 0.000001::DECIMAL(7, 6))::VARCHAR"
    return Column(seconds, "utc_time", reads=f"a {period} after its start")


def scaled(text: str, factor: str, plus: str = "") -> str:
    """Return SQL for an exact product, as text; a text that is no number stays, to be rejected."""
    return f"coalesce((TRY_CAST({text} AS DECIMAL(28, 10)) * {factor}{plus})::VARCHAR, {text})"
