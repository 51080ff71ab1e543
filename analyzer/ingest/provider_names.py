"""Lets statements know a provider's name, however a user or an export writes it."""

from __future__ import annotations

from analyzer.ingest.paths import literal
from analyzer.pricing.providers import ALIASES, NOT_A_PROVIDER
from analyzer.store import Store

_DASHED = r"trim(regexp_replace(lower(trim(x)), '[\s_./-]+', '-', 'g'), '-')"


def name_providers(store: Store) -> None:
    """Make two macros for this session.

    ``provider_name(x)`` is the provider's one name; what no table knows keeps its own.
    ``any_provider(x)`` is true of what names a gateway, or says that nobody knows.
    """
    pairs = ", ".join(f"{literal(name)}: {literal(known)}" for name, known in ALIASES.items())
    unknown = ", ".join(map(literal, sorted(NOT_A_PROVIDER)))
    store.rows(
        "CREATE OR REPLACE TEMP MACRO provider_name(x) AS "
        f"coalesce(map_extract_value(MAP {{{pairs}}}, {_DASHED}), {_DASHED})"
    )
    store.rows(f"CREATE OR REPLACE TEMP MACRO any_provider(x) AS {_DASHED} IN ({unknown})")
