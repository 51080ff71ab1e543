"""LiteLLM's spend by team and user, team_user_spend_*.csv: one row for a user in a team.

Documentation: https://docs.litellm.ai/docs/proxy/cost_tracking. The file covers the days that were
picked, the last one included, and names no model: its rows are kept under ``(no model)``, which
nothing prices. Text that starts like a formula has a quote before it.
"""

from analyzer.adapter import NO_MODEL, Column, Format, day_or_hour

_STARTS, _ = day_or_hour("Start Date")
_, _ENDS = day_or_hour("End Date")
_TEAM = "coalesce(nullif({Team}, '-'), {Team ID})"

FORMAT = Format(
    name="litellm_team_users_csv",
    title="LiteLLM spend by team and user",
    kinds=("csv",),
    table="usage_buckets",
    signature=(("Start Date", "End Date", "Team ID", "User ID", "Spend (USD)", "Prompt Tokens"),),
    natural_key=("Team ID", "User ID"),
    columns={
        "provider": Column("'litellm'", "text"),
        "model": Column(f"'{NO_MODEL}'", "text"),
        "feature": Column(
            rf"regexp_replace({_TEAM}, '^''([=+@-])', '\1')", "text", reads="Team, else Team ID"
        ),
        "start_us": Column(_STARTS, "utc_time"),
        "end_us": Column(_ENDS, "utc_time"),
        "requests": Column("{Requests}", "total"),
        "input_tokens": Column("{Prompt Tokens}", "total"),
        "output_tokens": Column("{Completion Tokens}", "total"),
        "logged_cost_pico": Column("{Spend (USD)}", "usd"),
    },
)
