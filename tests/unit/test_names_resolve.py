"""Which entry real spellings of model names mean, and which they must never mean."""

import pytest

from analyzer.pricing.book import open_book

RESOLVES = [
    # OpenAI, as its API, its exports and gateways write it
    ("openai", "gpt-4o", "openai/gpt-4o"),
    ("openai", "gpt-4o-2024-08-06", "openai/gpt-4o"),
    ("openai", "gpt-4o-2024-11-20", "openai/gpt-4o"),
    ("openai", "GPT-4o", "openai/gpt-4o"),
    ("openai", "openai/gpt-4o", "openai/gpt-4o"),
    (None, "openai/gpt-4o-2024-08-06", "openai/gpt-4o"),
    (None, "gpt-4o-20240806", "openai/gpt-4o"),
    (None, "gpt-4o-2031-01-31", "openai/gpt-4o"),
    ("openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
    (None, "gpt-4o-20240513", "openai/gpt-4o-2024-05-13"),
    ("azure", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
    ("openai", "gpt-4o-mini", "openai/gpt-4o-mini"),
    ("openai", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini"),
    (None, "GPT-4o mini", "openai/gpt-4o-mini"),
    ("text-completion-openai", "gpt-3.5-turbo-instruct", "openai/gpt-3.5-turbo-instruct"),
    ("openai", "gpt-4.1-nano-2025-04-14", "openai/gpt-4.1-nano"),
    ("openai", "o3-2025-04-16", "openai/o3"),
    ("openai", "o4-mini", "openai/o4-mini"),
    ("openai", "gpt-5.2-20251211", "openai/gpt-5.2"),
    ("openai", "gpt-5-2", "openai/gpt-5.2"),
    ("openai", "gpt-5.2-pro-2025-12-11", "openai/gpt-5.2-pro"),
    ("openai", "text-embedding-3-small", "openai/text-embedding-3-small"),
    (None, "text-embedding-3-small", "azure/text-embedding-3-small"),
    ("openai", "ft:gpt-3.5-turbo-0125:acme::8xYz", "openai/ft:gpt-3.5-turbo-#"),
    ("openai", "ft:gpt-4o-mini-2024-07-18:acme:support:9abc", "openai/ft:gpt-4o-mini#"),
    # Azure OpenAI
    ("azure", "gpt-35-turbo", "openai/gpt-3.5-turbo"),
    ("azure_ai", "gpt-4o", "openai/gpt-4o"),
    ("Azure OpenAI", "gpt-4.1-mini", "openai/gpt-4.1-mini"),
    (None, "azure/gpt-4o-2024-08-06", "openai/gpt-4o"),
    ("azure", "azure/global/gpt-4o-2024-11-20", "openai/gpt-4o"),
    ("azure", "o4-mini-2025-04-16", "azure/o4-mini"),
    ("azure", "o4-mini-deep-research", "openai/o4-mini-deep-research"),
    ("azure", " gpt-4o\n", "openai/gpt-4o"),
    # Anthropic: API snapshots, display names of its cost export
    ("anthropic", "claude-opus-4-5-20251101", "anthropic/claude-opus-4-5"),
    ("anthropic", "claude-opus-4.5", "anthropic/claude-opus-4-5"),
    ("anthropic", "Claude Opus 4.5", "anthropic/claude-opus-4-5"),
    (None, "Claude Sonnet 4", "anthropic/claude-sonnet-4-0"),
    (None, "Claude Haiku 3.5", "anthropic/claude-3-5-haiku-latest"),
    (None, "Claude Haiku 3", "anthropic/claude-3-haiku"),
    (None, "Claude Sonnet 3.7", "anthropic/claude-3-7-sonnet-latest"),
    (None, "claude-3-5-sonnet-20241022", "anthropic/claude-3-5-sonnet"),
    (None, "claude-3-5-sonnet-latest", "anthropic/claude-3-5-sonnet"),
    (None, "claude-3.5-sonnet", "anthropic/claude-3-5-sonnet"),
    (None, "claude-opus-4-20250514", "anthropic/claude-opus-4-0"),
    (None, "claude-opus-4-1-20250805", "anthropic/claude-opus-4-1"),
    (None, "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
    # Bedrock: a region has a price of its own
    (
        "bedrock",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    (
        "bedrock_converse",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    (
        None,
        "bedrock/converse/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    (
        None,
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "aws/regional.anthropic.claude-3-5-sonnet-20241022-v2:0",
    ),
    (
        "aws",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
        "aws/amazon.nova-lite-v1:0",
    ),
    ("bedrock", "bedrock/us-east-1/amazon.nova-pro-v1:0", "aws/amazon.nova-pro-v1:0"),
    ("bedrock", "meta.llama3-1-8b-instruct-v1:0", "aws/meta.llama3-1-8b-instruct-v1:0"),
    ("Amazon Bedrock", "amazon.titan-embed-text-v2:0", "aws/amazon.titan-embed-text-v2:0"),
    # Google: AI Studio and Vertex
    ("google", "gemini-2.5-pro", "google/gemini-2.5-pro"),
    ("gemini", "gemini/gemini-2.5-flash", "google/gemini-2.5-flash"),
    (None, "models/gemini-2.5-flash-lite", "google/gemini-2.5-flash-lite"),
    ("vertex_ai", "publishers/google/models/gemini-2.5-pro", "google/gemini-2.5-pro"),
    (
        None,
        "projects/p/locations/us/publishers/google/models/gemini-2.5-pro",
        "google/gemini-2.5-pro",
    ),
    (None, "vertex_ai/gemini-2.5-pro-preview-05-06", "google/gemini-2.5-pro"),
    (None, "Gemini 2.5 Flash Lite", "google/gemini-2.5-flash-lite"),
    ("google-vertex", "gemini-1.5-pro-002", "google/gemini-1.5-pro"),
    (None, "claude-sonnet-4-5@20250929", "google/claude-sonnet-4-5"),
    ("vertex_ai", "claude-3-5-sonnet-v2@20241022", "google/claude-3-5-sonnet"),
    # OpenRouter
    ("openrouter", "openai/gpt-4o", "openrouter/openai/gpt-4o"),
    (None, "openrouter/openai/gpt-4o", "openrouter/openai/gpt-4o"),
    ("openrouter", "gpt-4o", "openrouter/openai/gpt-4o"),
    ("openrouter", "anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5"),
    ("openrouter", "openai/gpt-5.6-luna-20260709", "openrouter/openai/gpt-5.6-luna"),
    # Hosts of open models
    ("groq", "qwen/qwen3-32b", "groq/qwen/qwen3-32b"),
    (None, "groq/qwen/qwen3-32b", "groq/qwen/qwen3-32b"),
    (None, "groq/qwen3-32b", "groq/qwen/qwen3-32b"),
    ("groq", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),
    ("fireworks_ai", "accounts/fireworks/models/gpt-oss-20b", "fireworks/gpt-oss-20b"),
    (None, "fireworks_ai/accounts/fireworks/models/gpt-oss-20b", "fireworks/gpt-oss-20b"),
    (None, "accounts/fireworks/models/gpt-oss-20b", "fireworks/gpt-oss-20b"),
    # Other makers
    ("deepseek", "deepseek-chat", "deepseek/deepseek-chat"),
    (None, "deepseek/deepseek-reasoner", "deepseek/deepseek-reasoner"),
    (None, "mistral/mistral-large-2411", "mistral/mistral-large"),
    ("mistralai", "mistral-large-latest", "mistral/mistral-large"),
    (None, "xai/grok-3-latest", "x-ai/grok-3"),
    ("xai", "grok-4.3-20260430", "x-ai/grok-4.3"),
    ("cohere_chat", "command-r-plus-08-2024", "cohere/command-r-plus"),
    # The field notes
    (None, "qwen3-8b", "global-api/qwen3-8b"),
    (None, "Qwen/Qwen3-8B", "global-api/qwen3-8b"),
    ("global-api", "Qwen/Qwen3-8B", "global-api/qwen3-8b"),
    (None, "qwen3-32b", "global-api/qwen3-32b"),
    (None, "qwen-mt-turbo", "global-api/qwen-mt-turbo"),
    (None, "deepseek-coder", "global-api/deepseek-coder"),
    (None, "global-api/deepseek-v4-flash", "global-api/deepseek-v4-flash"),
    ("Global API", "deepseek-reasoner", "global-api/deepseek-reasoner"),
]

UNPRICED = [
    # variants that no table lists
    (None, "gpt-4o-audio"),
    (None, "gpt-4o-turbo"),
    (None, "gpt-4o-thinking"),
    ("openai", "gpt-4o-pro"),
    ("openai", "gpt-4o:free"),
    ("openai", "gpt-4-mini"),
    ("openai", "gpt-4.1-micro"),
    ("openai", "gpt-5-nano-vision"),
    ("openai", "gpt-5.2-nano"),
    ("openai", "gpt-4o-2024-08"),
    ("openai", "gpt-4o-0806"),
    ("openai", "gpt 4o 1120"),
    ("openai", "gpt4o"),
    ("openai", "gpt"),
    ("openai", ""),
    ("openai", "omni-moderation-mini"),
    ("openai", "ft:gpt-3.5-turbo-16k-0613:acme::8xYz"),
    ("anthropic", "claude-opus-4-9"),
    ("anthropic", "claude-opus-4-10"),
    ("anthropic", "claude-opus-4-5-fast"),
    ("anthropic", "claude-opus-4-0-5"),
    ("anthropic", "Claude Opus 4.5 Thinking"),
    ("anthropic", "claude-sonnet-4-5-thinking"),
    ("anthropic", "claude-4-sonnet-thinking"),
    ("anthropic", "claude-2.5"),
    ("anthropic", "claude-haiku-4-5-mini"),
    ("google", "gemini-3.6-flash-lite"),
    ("google", "gemini-3.8-flash-lite"),
    ("google", "gemini-1.5-flash-8b"),
    ("google", "gemini-2.5-flash-live"),
    ("google", "gemini-2.5-pro-exp-03-25"),
    ("google", "gemini-2.0-flash-lite-thinking"),
    ("deepseek", "deepseek-r1-distill-llama-70b"),
    ("deepseek", "deepseek-chat-v3.1"),
    ("deepseek", "deepseek-v4-flash-lite"),
    ("mistral", "magistral-medium-vision"),
    ("mistral", "mistral-large-2402"),
    ("cohere", "command-r-plus-04-2024"),
    ("bedrock", "us.amazon.nova-lite-mini-v1:0"),
    ("bedrock", "meta.llama3-1-8b-v1:0"),
    ("bedrock", "global.anthropic.claude-opus-4-1-20250805-v1:0"),
    ("azure", "azure/eu/gpt-4o-2024-08-06"),
    ("azure", "my-gpt-4o-deployment"),
    # another provider than the one that sells it
    ("openai", "claude-opus-4-5"),
    ("openai", "groq/gpt-oss-120b"),
    ("openai", "azure/gpt-4o"),
    ("anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("global-api", "gpt-4o"),
    ("acme-gateway", "gpt-4o"),
    (None, "groq/gpt-4o"),
    (None, "global-api/gpt-4o"),
    # listed, but not with a price that tokens alone can pay
    ("github-copilot", "gpt-4o"),
    ("openrouter", "qwen/qwen3-32b:free"),
    ("openai", "gpt-4o-audio-preview"),
    ("openrouter", "openai/gpt-4o-audio-preview"),
    ("openai", "gpt-4o-realtime-preview"),
    ("openai", "whisper-1"),
    (None, "sonar"),
    # offered by several at different prices
    (None, "qwen3-14b"),
    (None, "meta-llama/llama-3.3-70b-instruct"),
    # hostile
    (None, "../../gpt-4o"),
    (None, "*"),
    (None, "gpt-4?"),
    (None, "-2024-08-06"),
    (None, "a/" * 5_000 + "gpt-4o"),
    (None, "0101" * 5_000),
]

DIFFERENT = [
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-5.2", "gpt-5.2-pro"),
    ("gpt-5", "gpt-5-codex"),
    ("gpt-4o-mini", "gpt-4o-mini-search-preview"),
    ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
    ("gemini-2.0-flash", "gemini-2.0-flash-thinking"),
    ("claude-opus-4-5", "claude-opus-4"),
    ("claude-opus-4-1", "claude-opus-4"),
    ("o3", "o3-pro"),
    ("o3-mini", "o3-mini-high"),
    ("grok-3", "grok-3-fast"),
    ("gpt-4-turbo", "gpt-4"),
    ("ft:gpt-4o-mini-2024-07-18:a::1", "ft:gpt-4o-mini-2024-07-18:a::2"),
]

SAME = [
    ("gpt-5.2", "gpt-5-2-2025-12-11"),
    ("gpt-5-codex", "openai/gpt-5-codex"),
    ("gpt-5-chat", "gpt-5-chat-latest"),
    ("claude-opus-4-5", "Claude Opus 4.5"),
    ("claude-opus-4", "claude-opus-4-20250514"),
    ("claude-4-sonnet", "claude-sonnet-4-0"),
    ("grok-4", "grok-4-0709"),
]


@pytest.fixture(scope="module")
def book():
    return open_book()


@pytest.mark.parametrize(("provider", "name", "model_id"), RESOLVES)
def test_a_real_spelling_means_this_model(book, provider, name, model_id):
    listing = book.lookup(provider, name)
    assert listing is not None, book.explain(provider, name)
    if model_id.endswith("#"):  # a fine-tuned model is one of its own, at its base's price
        assert listing.model_id.startswith(model_id)
    else:
        assert listing.model_id == model_id
    assert book.explain(provider, name).startswith("priced by ")


@pytest.mark.parametrize(("provider", "name"), UNPRICED)
def test_a_name_that_no_table_prices_is_unpriced_and_says_why(book, provider, name):
    assert book.lookup(provider, name) is None, book.explain(provider, name)
    assert len(book.explain(provider, name)) > 20


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_variants_are_different_models(book, one, other):
    ids = [book.lookup(None, name).model_id for name in (one, other)]
    assert ids[0] != ids[1]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_model_share_an_identity(book, one, other):
    assert book.lookup(None, one).model_id == book.lookup(None, other).model_id


def test_the_tables_are_as_large_as_they_should_be():
    assert len(RESOLVES) >= 60
    assert len(UNPRICED) >= 30


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-5-codex", "claude-opus-4.5", "gemini-2.5-pro"])
def test_log_and_policy_mean_one_model_by_one_name(book, name):
    maker = book.lookup(None, name)
    assert book.lookup(maker.prices[0][0].provider, name).model_id == maker.model_id


def test_an_ambiguous_name_says_what_to_write_and_that_works(book):
    why = book.explain(None, "qwen3-14b")
    assert "at different" in why
    assert "offered by " in why
    assert book.lookup(None, why.rsplit("write ", 1)[1]) is not None


def test_an_unknown_name_says_the_nearest(book):
    assert "gpt-4o" in book.explain(None, "gpt-4oo")
    assert book.explain("acme", "gpt-4o").startswith("no price table knows the provider acme")
