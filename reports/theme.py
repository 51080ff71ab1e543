"""Owns the report's colours, once for the page and once for its charts, in light and in dark.

The hues keep apart in every common colour blindness; in greyscale the sign, the label and the
hatching of added cost carry what colour does not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """One role with its light and its dark shade, as ``#rrggbb``."""

    name: str
    light: str
    dark: str


PAPER = Colour("paper", "#ffffff", "#14171a")
PANEL = Colour("panel", "#f4f2ed", "#1d2125")
INK = Colour("ink", "#1c1b19", "#ebe9e4")
MUTED = Colour("muted", "#5c5a55", "#aeaba4")
RULE = Colour("rule", "#d6d2c9", "#3b4046")
BEFORE = Colour("before", "#8f8b83", "#7d8187")
AFTER = Colour("after", "#0b5a9d", "#76b7f2")
SAVED = Colour("saved", "#a9cbe8", "#2f587d")
ADDED = Colour("added", "#b3470c", "#f3a465")
COLOURS = (PAPER, PANEL, INK, MUTED, RULE, BEFORE, AFTER, SAVED, ADDED)


def custom_properties(*, dark: bool) -> str:
    """Return the colours as CSS declarations: ``--ink: #1c1b19;`` and so on."""
    return " ".join(f"--{c.name}: {c.dark if dark else c.light};" for c in COLOURS)


def dark_shades() -> dict[str, str]:
    """Return light shade to dark shade: what the page's script swaps in a chart."""
    return {colour.light: colour.dark for colour in COLOURS}
