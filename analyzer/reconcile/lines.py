"""What a line of a bill is for: a class of tokens, a tool, a tax, or a whole day."""

from __future__ import annotations

import re

TOKEN_CLASSES = ("input", "cached", "write", "write_1h", "output")
WHOLE = "all"
"""A line that does not say which tokens of its model it is for."""
TOTAL = "total"
"""A line without model and line item: everything of its day."""
TOOL = "tool"
OTHER = "other"
"""Taxes, credits, adjustments, purchases: money that follows no token."""

_OTHER = re.compile(
    r"\b(tax|vat|credits?|adjustments?|refunds?|discounts?|purchases?|support|rounding|correction)\b"
)
_TOOL = re.compile(
    r"web.?search|file.?search|code.?(execution|interpreter)|tool calls?\b|container|storage"
    r"|session|fine.?tun|training|vector.?store|moderation|grounding|image generation"
)
_CLASSES = (
    ("input", re.compile(r"no.?cache|uncached|fresh.input")),
    ("write_1h", re.compile(r"cache.?(write|creation).*1.?h|1.?h.*cache.?(write|creation)")),
    ("write", re.compile(r"cache.{0,12}(write|writing|creation)|write.{0,12}cache")),
    ("cached", re.compile(r"cached|caching|cchd|cache.{0,12}(read|hit)|read.{0,12}cache")),
    ("output", re.compile(r"output|completion|generated|response|\boutpt?\b|\bopt\b")),
    ("input", re.compile(r"input|prompt|context|\binpt?\b")),
)


def line_kind(model: str | None, line_item: str | None) -> str:
    """Return a class of tokens, or what else a line of a bill is for."""
    text = re.sub(r"[_.\-]+", " ", (line_item or "").lower())
    if model is None and not text:
        return TOTAL
    if model is None and _OTHER.search(text):
        return OTHER
    if model is None or _TOOL.search(text):
        return TOOL
    return next((name for name, found in _CLASSES if found.search(text)), WHOLE)
