"""The ways to write a name: order, what is stripped, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.pricing.names import base_name, leading_provider, spellings
from analyzer.pricing.providers import provider_id

KNOWN = frozenset({"openai", "aws", "google", "anthropic", "openrouter", "fireworks", "north"})


def texts(name):
    return [spelling.text for spelling in spellings(name, KNOWN)]


def test_the_most_literal_spelling_comes_first():
    assert texts("OpenRouter/openai/GPT-4o-2024-08-06") == [
        "OpenRouter/openai/GPT-4o-2024-08-06",
        "openrouter/openai/gpt-4o-2024-08-06",
        "openai/gpt-4o-2024-08-06",
        "gpt-4o-2024-08-06",
        "openrouter/openai/gpt-4o-20240806",
        "openai/gpt-4o-20240806",
        "gpt-4o-20240806",
        "openrouter/openai/gpt-4o",
        "openai/gpt-4o",
        "gpt-4o",
    ]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-opus-4-5-20251101", "claude-opus-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
        ("amazon.nova-lite-v1:0", "nova-lite"),
        ("mistral-large-latest", "mistral-large"),
        ("gemini-1.5-pro@002", "gemini-1.5-pro"),
        ("gpt-35-turbo-2024-01-25", "gpt-3.5-turbo"),
    ],
)
def test_a_snapshot_is_stripped_last(name, bare):
    assert bare in texts(name)


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-mini",
        "gpt-4o-0806",
        "gpt-4-1106-preview",
        "kimi-k2-0905",
        "llama3-70b-8192",
        "qwen3-235b-a22b-2507",
        "command-r-plus-08-2024",
        "gemini-2.5-flash-preview",
        "gpt-4o-2024-13-01",
        "gpt-4o-20241332",
        "qwen3-32b:free",
        "titan-embed-text-v2:0",
        "deepseek-chat-v3",
        "ft:gpt-4o-mini:acme::1",
    ],
)
def test_what_may_be_another_model_is_never_stripped(name):
    assert texts(name) == [name]


def test_claude_is_written_in_either_order():
    written = texts("Claude Haiku 3.5")
    assert {"claude-3-5-haiku", "claude-3.5-haiku", "claude-haiku-3-5"} <= set(written)
    assert "claude-opus-4-5" not in texts("claude-opus-4-0-5")
    assert "claude-opus-4" not in texts("claude-opus-4-5")
    assert "claude-opus-4" in texts("claude-opus-4-0")


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("openrouter/openai/gpt-4o", "openrouter"),
        ("models/gpt-4o", None),
        ("accounts/fireworks/models/x", "fireworks"),
        ("North/x", "north"),
        ("bedrock/us.amazon.nova-lite-v1:0", "aws"),
        ("us.amazon.nova-lite-v1:0", "aws"),
        ("claude-opus-4-5@20251101", "google"),
        ("gpt-4o@20251101", None),
        ("nobody/gpt-4o", None),
        ("gpt-4o", None),
    ],
)
def test_a_name_may_name_its_provider(name, provider):
    assert leading_provider(name, KNOWN) == provider


@pytest.mark.parametrize(
    ("written", "provider"),
    [
        ("Azure OpenAI", "azure"),
        ("azure_ai", "azure"),
        ("bedrock_converse", "aws"),
        ("amazon-bedrock", "aws"),
        ("vertex_ai", "google"),
        ("vertex_ai-language-models", "google"),
        ("gemini", "google"),
        ("xai", "x-ai"),
        ("X.AI", "x-ai"),
        ("together_ai", "together"),
        ("MistralAI", "mistral"),
        ("OpenAI", "openai"),
        ("My Proxy", "my-proxy"),
        ("litellm_proxy", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_provider_names_have_one_spelling(written, provider):
    assert provider_id(written) == provider


def test_names_of_one_model_share_a_base():
    bases = {
        base_name(name, KNOWN)
        for name in (
            "claude-opus-4-5",
            "Claude Opus 4.5",
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
        )
    }
    assert bases == {"claude-opus-4-5"}
    assert base_name("gpt-4o-mini-2024-07-18", KNOWN) != base_name("gpt-4o-2024-08-06", KNOWN)


@given(st.text(max_size=400))
def test_any_text_has_spellings_and_the_first_is_itself(name):
    written = texts(name)
    assert written[0] == name
    assert len(written) == len(set(written))
    assert base_name(name, KNOWN) is not None
    leading_provider(name, KNOWN)
