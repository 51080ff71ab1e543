"""Lets statements spell a provider's name in one way, however a user or an export writes it."""

from __future__ import annotations

from analyzer.ingest.paths import literal
from analyzer.pricing.providers import ALIASES
from analyzer.store import Store

_DASHED = r"trim(regexp_replace(lower(trim(x)), '[\s_./-]+', '-', 'g'), '-')"


def name_providers(store: Store) -> None:
    """Make the macro ``provider_name(x)`` for this session; what no table knows keeps its name."""
    pairs = ", ".join(f"{literal(name)}: {literal(known)}" for name, known in ALIASES.items())
    store.rows(
        "CREATE OR REPLACE TEMP MACRO provider_name(x) AS "
        f"coalesce(map_extract_value(MAP {{{pairs}}}, {_DASHED}), {_DASHED})"
    )
