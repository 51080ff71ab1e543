"""The columns that the mapping form asks for, by what a row is, and names that they often have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a mapping may fill, what people call it, and names that it often has."""

    column: str
    label: str
    often: str
    units: Mapping[str, str] | None = None
    """How its values may be written; the first is the usual way."""
    of_every_row: str = ""
    """What to ask for where no column holds it and every row has the same; empty to ask nothing."""


ROWS = {
    "requests": "one request",
    "totals": "a total of many requests",
    "charges": "billed money",
}
PERIODS = {"month": "a month", "day": "a day", "hour": "an hour"}

SAYS: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "cents": {"unit": "cents"},
    "comma": {"decimal": ","},
    "commas": {"decimal": "."},
    "Z": {"offset": "Z"},
    "s": {"unit": "s"},
    "ms": {"unit": "ms"},
    "us": {"unit": "us"},
    "dmy.": {"date": "%d.%m.%Y"},
    "dmy/": {"date": "%d/%m/%Y"},
    "mdy/": {"date": "%m/%d/%Y"},
    "through": {"through": True},
}
"""What a mapping says of values that are written in some way."""

_MONEY = {
    "": "in dollars: 1234.56",
    "commas": "in dollars: 1,234.56",
    "comma": "in dollars: 1.234,56",
    "cents": "in cents",
}
_TIMES = {
    "": "with an offset, or as epoch seconds", "Z": "without an offset: UTC",
    "ms": "as epoch milliseconds", "us": "as epoch microseconds",
}  # fmt: skip
_DATES = {"dmy.": "as 31.12.2026", "dmy/": "as 31/12/2026", "mdy/": "as 12/31/2026"}
_STARTS = {"": "as 2026-12-31, 2026-12 or a time", **_DATES, "ms": "as epoch milliseconds"}
_ENDS = {"": "as the moment after it", "through": "as its last day or month"}

_MODEL = Field(
    "model",
    "Model",
    r"(^|[._ ])(model|llm|engine|deployment)([._ ]?(name|id))?$",
    of_every_row="Model of every row",
)
_INPUT = Field(
    "input_tokens",
    "Tokens sent",
    r"(^|[._ ])(in(put)?|prompt|context|request)[._ ]?tok|^(input|context)tokens$|^in$",
)
_OUTPUT = Field(
    "output_tokens",
    "Tokens answered",
    r"(^|[._ ])(out(put)?|completion|generated|response)[._ ]?tok|^(output|generated)tokens$|^out$",
)
_CACHED = Field("cached_input_tokens", "Of the tokens sent: read from a cache", r"cache.*tokens?$")
_FEATURE = Field(
    "feature",
    "Feature, team or product",
    r"(^|[._ ])(feature|team|app(lication)?|service|project|product|use_?case)([._ ]?name)?$",
)
_LOGGED = Field(
    "logged_cost", "Cost", r"(^|[._ ])(cost|spend|price)([._ ]*\(?(usd|\$)\)?)?$", _MONEY
)
_PERIOD = (
    Field(
        "start",
        "Start",
        r"^((usage|period)[._ ])?(start|from|day|date|month)([._ ]?(time|date))?$",
        _STARTS,
    ),
    Field("end", "End", r"^((usage|period)[._ ])?(end|to|until)([._ ]?(time|date))?$", _ENDS),
    Field(
        "provider",
        "Provider",
        r"^(provider|vendor|supplier|publisher)([._ ]?name)?$",
        of_every_row="Provider of every row",
    ),
)

FIELDS: Mapping[str, Sequence[Field]] = {
    "requests": (
        Field("ts", "When it was sent",
              r"^(ts|time|timestamp|date|when|created(_?at)?|start_?time)$", _TIMES),
        _MODEL, _INPUT, _OUTPUT, _CACHED, _FEATURE,
        Field("user", "User (kept as a digest)",
              r"(^|[._ ])(user|customer|end_?user)([._ ]?id)?$"),
        Field("prompt_key", "Prompt (kept as a digest)",
              r"(^|[._ ])prompt_?(key|hash|sha256|id)$"),
        Field("latency_ms", "How long it took", r"(^|[._ ])(latency|duration|elapsed|response_time)"
              r"([._ ]?m?s)?$", {"": "in milliseconds", "s": "in seconds",
                                 "us": "in microseconds"}),
        Field("response_chars", "Answer's length in characters", r"response_?(chars|length)$"),
        _LOGGED,
        Field("request_id", "Request's own number", r"^(request[._ ]?)?id$"),
    ),
    "totals": (
        *_PERIOD, _MODEL, _INPUT, _OUTPUT, _CACHED, _FEATURE,
        Field("requests", "How many requests", r"^((api|num)[._ ])?(requests|calls|count)$"),
        _LOGGED,
    ),
    "charges": (
        *_PERIOD,
        Field("cost", "Amount",
              r"(^|[._ ])(cost|amount|price|subtotal)([._ ]*\(?(usd|\$)\)?)?$", _MONEY),
        Field("currency", "Currency", r"currency([._ ]?code)?$",
              of_every_row="Currency of every row"),
        Field("line_item", "What was billed", r"(line[._ ]?item|description|sku)$"),
        Field("model", "Model", _MODEL.often),
        _FEATURE,
    ),
}  # fmt: skip
"""By what a row is, as a mapping file says it."""


def guess(fields: Sequence[Field], names: Sequence[str]) -> dict[str, str]:
    """Return the file's name for each column that one seems to hold; each name once."""
    found: dict[str, str] = {}
    for field in fields:
        often = re.compile(field.often, re.IGNORECASE)
        fitting = [
            name
            for name in names
            if often.search(name.replace('"', "")) and name not in found.values()
        ]
        if fitting:
            found[field.column] = min(fitting, key=len)
    return found
