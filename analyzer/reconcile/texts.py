"""What each cause means, in one sentence, and the mend where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.adapter import NO_MODEL
from analyzer.money import PPM
from analyzer.reconcile import causes
from analyzer.reconcile.cells import Span

_TEXTS = {
    causes.MISSING: "billed for calls that the loaded logs do not hold: load the log of the "
    "application that made them",
    causes.BEYOND: "in the log and not on the bill: calls logged twice, or not billed yet",
    causes.UNPRICED: "no price table lists this model, so its tokens are counted and not priced: "
    "add a [[price]] to the file after --prices",
    causes.CACHE: "the provider billed cached tokens at the cache's price; the log counts them as "
    "fresh: log the cached tokens",
    causes.WRITES: "tokens written to the provider's cache cost more than fresh ones, and the log "
    "counts them as fresh: log the written tokens",
    causes.TIER: "billed at another tier's price than the log names (batch, flex, priority): log "
    "the service tier",
    causes.OUTLIER: "rows billed far beyond what their tokens cost: ask the provider about them",
    causes.TOOLS_CAUSE: "tools, storage and other items that are not billed by the token",
    causes.OTHER_CAUSE: "taxes, credits, adjustments and purchases that follow no token",
    causes.ROUNDING: "amounts are rounded in the bill, or in the log",
    causes.FAILED: "failed calls: the log says less was paid for them than their tokens cost",
    causes.ZERO: "calls logged at $0 for a model that has a price",
    causes.UNEXPLAINED: "no cause was found",
}  # fmt: skip
_NO_MODEL = "these totals name no model, so no token of them has a price: export the usage by model"


def cause_text(
    name: str, provider: str, model: str, rate_ppm: int | None, spans: Sequence[Span]
) -> str:
    """Return the sentence of a cause; ``rate_ppm`` is what was paid of the book's price.

    A rate that was seen in one of ``spans`` only is not called steady.
    """
    if name == causes.UNPRICED and model == NO_MODEL:
        return _NO_MODEL
    if rate_ppm is None or name not in (causes.NEGOTIATED, causes.DEARER, causes.TIER):
        return _TEXTS.get(name, "")
    share = abs(PPM - rate_ppm)
    spelled = f"{share / 10_000:.2f}".rstrip("0").rstrip(".") + "%"
    spelled = f"{_when(spans)} {spelled}"
    if name == causes.NEGOTIATED:
        return (
            f"{spelled} below the book's price: where that is a deal, write [[discount]] "
            f'provider = "{provider}" share = "{share / PPM:.4f}" in the file after --prices'
        )
    if name == causes.TIER:
        side = "below" if rate_ppm < PPM else "above"
        return f"{spelled} {side} the standard price: {_TEXTS[causes.TIER]}"
    return (
        f"{spelled} above the book's price: a region's or a tier's surcharge, or a price "
        "that the book lacks: write it as a [[price]]"
    )


def _when(spans: Sequence[Span]) -> str:
    if len(spans) > 1:
        return "steadily"
    return "on one day" if spans[0][0] == spans[0][1] else "over the whole period"
