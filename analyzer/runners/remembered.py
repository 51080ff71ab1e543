"""Keeps the sums of a replay in the database, and finds them again where nothing has changed.

Sums depend on the data, on what the levers decide and on how tokens translate between models.
They do not depend on prices (save where compression weighs them), so that another price, discount
or model of the same kind is answered from the same sums.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import cast

import polars as pl

from analyzer.errors import StoreError
from analyzer.kept import Kept
from analyzer.lever import Rule
from analyzer.levers.compression import Compression
from analyzer.policy import Policy
from analyzer.replay.arrow import packed, unpacked
from analyzer.replay.decide import Profile, shared_rules
from analyzer.replay.partition import Sums
from analyzer.replay.parts import PRICE_ONLY
from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log
from analyzer.runners import local
from analyzer.store import Store

_SHAPES_SUMS = ("replay", "levers", "kernels", "runners", "sql", "lever.py")


def run(store: Store, log: Log, policy: Policy, plan: Plan) -> Sums:
    """Return a log's sums; where the database does not keep them, they are to be kept."""
    if store.kept is None:
        return local.run(store, log, policy, plan)
    billed = "" if log.same_money is None else log.same_money.billed
    key = store.kept.key(billed, _decisions(log, plan), _program())
    row = store.kept.recalled_or(key, lambda: _packed(local.run(store, log, policy, plan)))
    return unpacked(*row.row(0))


def keep(path: Path, kept: Kept) -> None:
    """Store new answers; where the database is busy or may not be written, go without."""
    if kept.new:
        with suppress(StoreError), Store.open(path) as store:
            store.keep(kept)


def _packed(sums: Sums) -> pl.DataFrame:
    return cast("pl.DataFrame", pl.from_arrow(packed(sums)))


def _decisions(log: Log, plan: Plan) -> str:
    """Spell out everything but the data that sums depend on; a target model by its number."""
    catalog, targets = log.catalog, plan.context.targets
    logged = catalog.models[: catalog.logged]
    weighed = any(_weighs_prices(profile) for profile in plan.profiles)
    return json.dumps(
        [
            [[p.features, _rules(p, targets)] for p in plan.profiles],
            shared_rules(plan.profiles),
            [sorted((n, sorted(levers)) for n, levers in part.members) for part in plan.parts],
            log.features,
            [(m.name, m.provider) for m in logged],
            log.names()["priced_models"].rows(),
            catalog.sameness,
            [str(r) for r in (*catalog.input_ratios, *catalog.output_ratios)],
            catalog.identities.to_list(),
            catalog.above_tokens.to_list(),
            plan.eras.numbers.rows(),
            plan.eras.catalog.above_tokens.to_list(),
            sorted(plan.context.target_ids.items()) if len(plan.context.scores) else [],
            plan.context.scores.hash_rows().sum() if len(plan.context.scores) else 0,
            [repr(m.price) for m in catalog.models] if weighed else [],
        ]
    )


def _weighs_prices(profile: Profile) -> bool:
    rule = profile.rules.get("compression")
    return isinstance(rule, Compression) and rule.only_when_profitable


def _rules(profile: Profile, targets: Mapping[str, int]) -> list[object]:
    return [
        [lever, [_spelled(rule, targets) for rule in rules]]
        for lever, rules in sorted(profile.covering.items())
        if lever != PRICE_ONLY
    ]


def _spelled(rule: Rule, targets: Mapping[str, int]) -> list[object]:
    return [rule.nameless(), [targets[name] for name in rule.targets()]]


@cache
def _program() -> str:
    """The digest of the code that decides and sums: sums of another version are not used."""
    digest = sha256()
    for name in _SHAPES_SUMS:
        place = files("analyzer") / name
        for file in sorted(place.iterdir(), key=lambda f: f.name) if place.is_dir() else [place]:
            if file.name.endswith((".py", ".sql")):
                digest.update(file.read_bytes())
    return digest.hexdigest()
