"""Provider names: which spellings of logs, gateways and price tables mean one provider."""

from __future__ import annotations

import re

ALIASES = {
    "amazon": "aws",
    "amazon-bedrock": "aws",
    "aws-bedrock": "aws",
    "bedrock": "aws",
    "bedrock-converse": "aws",
    "bedrock-mantle": "aws",
    "azure-ai": "azure",
    "azure-ai-foundry": "azure",
    "azure-openai": "azure",
    "azure-text": "azure",
    "microsoft-azure": "azure",
    "anthropic-text": "anthropic",
    "openai-chat": "openai",
    "open-ai": "openai",
    "openai-responses": "openai",
    "text-completion-openai": "openai",
    "gcp-vertex": "google",
    "gemini": "google",
    "google-ai-studio": "google",
    "google-genai": "google",
    "google-gemini": "google",
    "google-vertex": "google",
    "google-vertexai": "google",
    "vertex": "google",
    "vertex-ai": "google",
    "vertex-ai-anthropic-models": "google",
    "vertex-ai-beta": "google",
    "vertex-ai-language-models": "google",
    "vertexai": "google",
    "cloudflare-workers-ai": "cloudflare",
    "workers-ai": "cloudflare",
    "cohere-chat": "cohere",
    "copilot": "github-copilot",
    "fireworks-ai": "fireworks",
    "groqcloud": "groq",
    "mistral-ai": "mistral",
    "mistralai": "mistral",
    "moonshot": "moonshotai",
    "moonshot-ai": "moonshotai",
    "novita-ai": "novita",
    "open-router": "openrouter",
    "perplexity-ai": "perplexity",
    "together-ai": "together",
    "togetherai": "together",
    "voyage": "voyageai",
    "voyage-ai": "voyageai",
    "x-ai": "x-ai",
    "xai": "x-ai",
    "z-ai": "zai",
    "zhipu": "zhipuai",
}
"""A spelling, with its separators as dashes, to the provider's name in the bundled book."""

NOT_A_PROVIDER = frozenset({"", "litellm", "litellm-proxy", "none", "null", "unknown"})
"""What logs write where they do not know the provider, or name only the gateway."""

MAKERS = frozenset(
    {"anthropic", "aws", "cohere", "deepseek", "google", "meta", "minimax", "mistral"}
    | {"moonshotai", "openai", "perplexity", "x-ai", "zai"}
)
"""Providers that others put in front of a model's name to say who made it."""

ORGANISATIONS = frozenset(
    {"alibaba", "baidu", "cohereforai", "deepseek-ai", "ibm-granite", "meta-llama", "microsoft"}
    | {"minimaxai", "nousresearch", "nvidia", "qwen", "tencent", "zai-org"}
)
"""Makers of open models that sell no tokens in the bundled book under that name."""

_SEPARATORS = re.compile(r"[\s_./-]+")


def provider_id(name: str | None) -> str | None:
    """Return one spelling for a provider's name, or None where the log does not name one."""
    dashed = _SEPARATORS.sub("-", (name or "").strip().lower()).strip("-")
    return None if dashed in NOT_A_PROVIDER else ALIASES.get(dashed, dashed)
