"""What a policy's figures take for granted, in sentences a reader can dispute."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.levers.caching import Caching
from analyzer.levers.compression import Compression
from analyzer.levers.routing import Routing
from analyzer.money import PPM
from analyzer.policy import Policy
from analyzer.provenance import Assumption
from analyzer.replay.requests import Log
from analyzer.savings.bucket_notes import on_totals


def assumptions(policy: Policy, log: Log, tallies: pl.DataFrame) -> tuple[Assumption, ...]:
    """Return the assumptions behind a replay, the ones that move most money first."""
    return tuple(
        Assumption(text, source)
        for part in (
            _quality(policy, tallies),
            _tokens(policy, log),
            _cache(policy),
            on_totals(policy, log),
            _window(policy, log),
        )
        for text, source in part
    )


def _quality(policy: Policy, tallies: pl.DataFrame) -> Iterator[tuple[str, str]]:
    scores = {rule.score for rule in policy.rules.get("routing", ()) if isinstance(rule, Routing)}
    if "model_selection" in policy.rules:
        yield "Answers of the chosen models are good enough to use.", "the policy's model_selection"
    if "length" in scores:
        yield (
            "A long answer is a good answer: the cascade accepts by the length of the logged "
            "answer, and takes it for every tier's answer. This is weak evidence.",
            "the policy's routing, score = length",
        )
        without = tallies["routed_unmeasured"].sum()
        if without:
            yield (
                f"{without:,} routed requests have no answer length in the log: they escalate to "
                "the last tier and pay for each one.",
                "the log",
            )
    if "pass_rate" in scores:
        yield "Each tier passes at the rate that the policy states.", "the policy's pass_rate"
    if "compression" in policy.rules:
        yield "A compressed prompt gets an answer as good as the full one.", "the policy"
    if "batching" in policy.rules:
        yield (
            "Questions packed into one prompt are answered as well as one by one, and every "
            "answer can be told apart.",
            "the policy's batching",
        )


def _tokens(policy: Policy, log: Log) -> Iterator[tuple[str, str]]:
    ratios = {
        (m.price.tokenizer_ratio_ppm, m.price.verbosity_ppm)
        for m in log.catalog.models[log.catalog.logged :]
    }
    if (PPM, PPM) in ratios:
        yield (
            "A model without a profile in the price file reads and writes as many tokens as the "
            "logged model did.",
            "tokenizer_ratio and verbosity default to 1",
        )
    for rule in policy.rules.get("compression", ()):
        if isinstance(rule, Compression):
            yield (
                f"The compressor keeps exactly {rule.ratio / PPM:.0%} of the tokens it is given.",
                f"the policy's ratio for {', '.join(rule.features)}",
            )


def _cache(policy: Policy) -> Iterator[tuple[str, str]]:
    rules = [rule for rule in policy.rules.get("caching", ()) if isinstance(rule, Caching)]
    if rules:
        yield (
            "The response cache is empty when the window starts and never full; what it costs to "
            "run is what the policy's [costs] say.",
            "the method of this replay",
        )
    for rule in rules:
        if rule.assumed_hit_rate is not None:
            yield (
                "Requests without a prompt key hit the cache at "
                f"{rule.assumed_hit_rate / PPM:.1%}.",
                f"the policy's assumed_hit_rate for {', '.join(rule.features)}",
            )


def _window(policy: Policy, log: Log) -> Iterator[tuple[str, str]]:
    date = "the policy's price_date" if policy.price_date else "the day of the last call"
    yield f"Every call is priced as of {log.price_date}, before and after.", date
    if log.charge_files:
        yield (
            f"The charges in {', '.join(log.charge_files)} are the same money told another way: "
            "they are kept for reconciliation and never added.",
            "the loaded files",
        )
    yield "Months to come look like this window: same requests, same mix, no growth.", "the log"
