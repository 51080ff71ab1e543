"""LiteLLM's usage export and its tables of daily spend: totals per day, entity, key and model.

Documentation: https://docs.litellm.ai/docs/proxy/cost_tracking and the proxy's schema.prisma
(LiteLLM_DailyUserSpend and its sisters). ``prompt_tokens`` holds cached and written tokens, also
for Anthropic. ``spend`` is the cost that the gateway worked out, never a bill; ``flat_cost`` is of
deployments that are paid by the hour, which no token explains, and is left out. Text that starts
like a formula has a quote before it. Only the variant by model names models: rows of the others are
kept under ``(no model)``, which nothing prices. A row names no provider, only the gateway.
"""

from analyzer.adapter import NO_MODEL, Column, Format, Refusal, day_or_hour

_STARTS, _ENDS = day_or_hour("date")


def _unguarded(path: str) -> str:
    """SQL for a text without the quote that keeps a spreadsheet from running it."""
    return rf"regexp_replace({{{path}}}, '^''([=+@-])', '\1')"


_ENTITY = "(team|user|organization|customer|key|model|agent)"
_NAMED = ("key_alias", "entity_alias", "entity_id", "team_id", "organization_id", "end_user_id")

FORMAT = Format(
    name="litellm_usage_export",
    title="LiteLLM usage export",
    kinds=("csv", "json"),
    table="usage_buckets",
    signature=(
        ("date", "entity_id", "spend", "flat_cost", "api_requests", "cache_read_input_tokens"),
        ("date", "api_key", "custom_llm_provider", "spend", "api_requests", "model_group", "!tag"),
    ),
    refusal=Refusal(
        file_name=r"(?i)(^|[^a-z])tags?-usage|daily_?tag",
        rows="starts_with(feature, 'User-Agent:') OR starts_with(feature, 'Credential:')",
        why="an export by tag counts a request once under each of its tags, so its rows cannot be "
        "summed: export the usage by team, key or user",
    ),
    file_kind=rf"{_ENTITY}s?[ _-]+usage|usage[ _-]+by[ _-]+{_ENTITY}",
    natural_key=(
        "entity_id",
        "team_id",
        "organization_id",
        "end_user_id",
        "user_id",
        "api_key",
        "model",
        "model_group",
        "custom_llm_provider",
        "endpoint",
    ),
    columns={
        "provider": Column(
            "coalesce({custom_llm_provider}, 'litellm')",
            "text",
            reads="custom_llm_provider, else litellm",
        ),
        "model": Column(
            f"coalesce({{model}}, {{model_group}}, '{NO_MODEL}')",
            "text",
            reads=f"model, else model_group, else {NO_MODEL}",
        ),
        "feature": Column(f"coalesce({', '.join(map(_unguarded, _NAMED))})", "text"),
        "start_us": Column(_STARTS, "utc_time"),
        "end_us": Column(_ENDS, "utc_time"),
        "requests": Column("{api_requests}", "total"),
        "input_tokens": Column("{prompt_tokens}", "total"),
        "cached_input_tokens": Column("{cache_read_input_tokens}", "total"),
        "cache_write_tokens": Column("{cache_creation_input_tokens}", "total"),
        "output_tokens": Column("{completion_tokens}", "total"),
        "logged_cost_pico": Column("{spend}", "usd"),
    },
)
