"""The levers, in canonical order. Adding one: its file, a line here, its rule in ``calls``."""

from analyzer.lever import Lever
from analyzer.levers import (
    batch_api,
    batching,
    caching,
    compression,
    model_selection,
    prompt_cache,
    routing,
)

LEVERS: tuple[Lever, ...] = (
    model_selection.LEVER,
    routing.LEVER,
    caching.LEVER,
    compression.LEVER,
    batching.LEVER,
    prompt_cache.LEVER,
    batch_api.LEVER,
)
