"""Bills and logs name models differently, and their lines name kinds of tokens in many ways."""

import pytest

from analyzer.pricing.book import open_book
from analyzer.reconcile.lines import OTHER, TOOL, TOTAL, WHOLE, line_kind
from analyzer.reconcile.names import NO_PROVIDER, Names

SAME = [
    ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
    ("openai", "openai/gpt-4o", "gpt-4o"),
    ("openai", "GPT-4 Turbo", "gpt-4-turbo-2024-04-09"),
    ("azure", "gpt 4o 1120", "gpt-4o"),
    ("anthropic", "Claude Opus 4.5", "claude-opus-4-5-20251101"),
    ("anthropic", "Claude Sonnet 4", "claude-sonnet-4-20250514"),
    ("aws", "Claude Sonnet 4.5", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("google", "Gemini 2.5 Flash", "gemini-2.5-flash"),
]
APART = [
    ("openai", "gpt-4o", "gpt-4o-mini"),
    ("google", "Gemini 2.5 Flash", "Gemini 2.5 Flash Lite"),
    ("openai", "gpt-5.2", "gpt-5.2-pro"),
]


@pytest.fixture(scope="module")
def names():
    return Names(open_book())


@pytest.mark.parametrize(("provider", "billed", "logged"), SAME)
def test_a_bills_name_meets_the_logs(names, provider, billed, logged):
    assert names.model(provider, billed) == names.model(provider, logged)


@pytest.mark.parametrize(("provider", "one", "other"), APART)
def test_two_models_stay_two(names, provider, one, other):
    assert names.model(provider, one) != names.model(provider, other)


def test_a_log_that_names_no_provider_is_met_by_the_models_seller(names):
    assert names.provider(None, "gpt-4o") == "openai"
    assert names.provider("Azure OpenAI", "gpt-4o") == "azure"
    assert names.provider(None, "in-house-7b") == NO_PROVIDER


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("gpt-4o-2024-08-06, input", "input"),
        ("gpt-5.4-2026-03-05, cached input", "cached"),
        ("gpt-5-nano, output", "output"),
        ("input_no_cache", "input"),
        ("input_cache_read", "cached"),
        ("input_cache_write_5m", "write"),
        ("input_cache_write_1h", "write_1h"),
        ("cache_creation.ephemeral_1h_input_tokens", "write_1h"),
        ("uncached_input_tokens", "input"),
        ("USE1-MP:USE1_CacheReadInputTokenCount-Units", "cached"),
        ("USE1-MP:USE1_OutputTokenCount_Global_Batch-Units", "output"),
        ("gpt 4o 1120 cached Inp glbl Tokens", "cached"),
        ("o4-mini 0416 Outp glbl Tokens", "output"),
        ("GPT-4 Turbo", WHOLE),
        ("web_search", TOOL),
    ],
)
def test_a_line_of_a_model_says_which_tokens_it_is_for(item, kind):
    assert line_kind("some-model", item) == kind


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (None, TOTAL),
        ("web search tool calls | gpt-4o", TOOL),
        ("Provisioned throughput", TOOL),
        ("Tax: Tax for storage", OTHER),
        ("Purchase: one month", OTHER),
    ],
)
def test_a_line_without_a_model_says_what_else_it_is_for(item, kind):
    assert line_kind(None, item) == kind
