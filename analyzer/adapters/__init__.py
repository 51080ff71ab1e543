"""One file per log format, and the tuple of all of them."""

from __future__ import annotations

from analyzer.adapter import Format
from analyzer.adapters import (
    anthropic_raw,
    canonical,
    litellm_payload,
    litellm_spendlogs,
    openai_cost_csv,
    openai_empty_csv,
    openai_raw,
    openai_usage_csv,
)

FORMATS: tuple[Format, ...] = (
    canonical.FORMAT,
    openai_raw.FORMAT,
    anthropic_raw.FORMAT,
    litellm_spendlogs.FORMAT,
    litellm_payload.FORMAT,
    openai_usage_csv.FORMAT,
    openai_cost_csv.FORMAT,
    openai_empty_csv.FORMAT,
)
