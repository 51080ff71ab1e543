"""Prices, files, claims and assumptions of findings made by hand."""

from __future__ import annotations

from analyzer.findings import Claim
from analyzer.provenance import Assumption, PriceUsed, Provenance, Source

Units = tuple[int, int, int, int, int]


def _price(model: str, role: str, source: str, units: Units, note: str = "") -> PriceUsed:
    provider = "openai" if role == "logged" else "aggregator"
    return PriceUsed(model, role, source, provider, "2026-01-01", *units, note=note)


PRICES = (
    _price(
        "gpt-4o",
        "logged",
        "genai-prices 0.2.3",
        (2_500_000, 1_250_000, 2_500_000, 2_500_000, 10_000_000),
        "For gpt-4o-2024-05-13 another table says $5 and $15.",
    ),
    _price(
        "gpt-4o-mini",
        "logged",
        "genai-prices 0.2.3",
        (150_000, 75_000, 150_000, 150_000, 600_000),
    ),
    _price("qwen3-8b", "policy", "field-notes", (10_000,) * 5),
    _price(
        "deepseek-v4-flash", "policy", "prices.toml", (250_000, 25_000, 250_000, 250_000, 280_500)
    ),
    _price("qwen3-32b", "policy", "field-notes", (280_000,) * 5),
)
ASSUMPTIONS = (
    Assumption("Another model gives answers of the same length.", "no verbosity in any price"),
    Assumption("Compression reaches the ratio that the policy names: 0.5.", "policy.toml"),
    Assumption("A cascade tier accepts an answer by its length.", "policy.toml, score = length"),
)
CLAIMS = (
    Claim(
        "Total spend falls from $14,000 to $650 a month",
        "\u221295.4%",
        "\u221292.0%",
        "does not hold",
        "Routing and caching save less than the claim needs.",
    ),
    Claim(
        "A 2,000-token prompt cut to 400 saves $0.024 a request at $0.25 per million tokens",
        "$87,600 a year",
        "$1,460 a year",
        "arithmetic error",
        "1,600 tokens at $0.25 per million are $0.0004 a request; at 10,000 requests a day, $4.",
    ),
    Claim("Code review drops 96%", "\u221296%", "\u221294.5%", "holds", "Within two points."),
    Claim(
        "Same answer quality",
        "blind evals",
        "\u2013",
        "cannot be checked",
        "The log holds no quality scores.",
    ),
)
POLICY_TEXT = """name = "field notes"
price_date = 2026-11-01

[[model_selection]]
feature = "summarize"
from = "gpt-4o*"
to = "qwen3-32b"

[[caching]]
feature = "*"
ttl_seconds = 3600
"""
PROVENANCE = Provenance(
    version="0.1.0",
    policy_file="sample_logs/policy.toml",
    policy_sha256="3f" * 32,
    policy_text=POLICY_TEXT,
    price_sources=("prices.toml", "genai-prices 0.2.3", "field-notes 2026-10-01"),
    seed=0,
    sources=(
        Source(
            "litellm/spend.jsonl", "ab" * 32, "litellm_spend_logs", 540_310, 540_122, 171, 17, 0
        ),
        Source(
            "openai/chat.jsonl.gz",
            "cd" * 32,
            "openai_chat",
            110_002,
            109_934,
            60,
            8,
            0,
            ("60 rows already loaded with other figures: the first were kept",),
        ),
    ),
)
