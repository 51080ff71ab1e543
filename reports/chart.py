"""What every chart of the page is: where it stands, what a screen reader says, its figure."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure of the page."""

    name: str
    alt: str
    figure: go.Figure
