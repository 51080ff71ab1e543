"""Model selection: a feature's requests go to another model.

Source: REPLAY.md §4. A rule matches on feature and, optionally, on the logged model.

    feature    logged model   rule                          becomes
    summarize  gpt-4o         from = "gpt-4o*", to = "q"    one call to q
    summarize  claude-x       from = "gpt-4o*", to = "q"    as logged
    chat       gpt-4o         (feature = "summarize")       as logged
"""

from __future__ import annotations

from fnmatch import fnmatchcase

import polars as pl
from pydantic import Field

from analyzer.lever import Context, Lever, Rule
from analyzer.pricing.names import LONG_CONTEXT


class ModelSelection(Rule):
    """Send requests of these features to another model."""

    source: str = Field(default="*", alias="from", description="glob over the logged model")
    to: str = Field(description="the model to call instead")

    def targets(self) -> tuple[str, ...]:
        """Return the one model named."""
        return (self.to,)

    def takes(self, model: str) -> bool:
        """Return whether the rule's ``from`` matches a logged name, with or without a prefix."""
        called = model.removesuffix(LONG_CONTEXT)  # what the gateway sees of such a total's calls
        names = (model, called, called.rsplit("/", 1)[-1])
        return any(fnmatchcase(name, self.source) for name in names)


def decide(requests: pl.DataFrame, rule: ModelSelection, context: Context) -> pl.DataFrame:
    """Return ``selected`` (u32): the catalog number of the model called instead, null if none."""
    taken = [number for number, name in enumerate(context.model_names) if rule.takes(name)]
    target = pl.lit(context.targets[rule.to], dtype=pl.UInt32)
    return requests.select(selected=pl.when(pl.col("model").is_in(taken)).then(target))


LEVER = Lever(
    name="model_selection",
    rule=ModelSelection,
    needs=(),
    shard_by=(),
    decides={"selected": pl.UInt32()},
    decide=decide,
    claims="request",
)
