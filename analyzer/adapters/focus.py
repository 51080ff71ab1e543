r"""FOCUS 1.0 to 1.2, the common billing export of AWS, Azure, Google and others: CSV or Parquet.

Documentation: https://focus.finops.org/focus-specification/v1-2/. ``BilledCost`` is read: it is
what an invoice asks for in its period, and so what cash is reconciled with. ``EffectiveCost``
spreads prepaid commitments over the usage they cover and matches no invoice; where they differ, a
purchase is one row of its own here and the usage it covers costs 0. Only rows of AI services are
loaded; the others are set aside and counted. Taxes, credits, adjustments and purchases name no
model.

Ids are texts (``00123`` is no number), the text ``NULL`` is nothing, times without an offset are
UTC, and ``4/1/25`` is the first of April, as the specification's own examples write it.
"""

from analyzer.adapter import Column, Format


def _held(name: str) -> str:
    """SQL for a column's text; writers of CSV spell nothing as NULL."""
    return f"nullif({{{name}}}, 'NULL')"


def _time(name: str) -> str:
    text = _held(name)
    day, written = r"\d\d\d\d-\d\d-\d\d", "strftime(TRY(strptime({text}, '{form}')), '%Y-%m-%d')"
    short = written.replace("{text}", text).replace("{form}", "%m/%d/%y")
    long = written.replace("{text}", text).replace("{form}", "%m/%d/%Y")
    return (
        f"CASE WHEN regexp_full_match({text}, '{day}') THEN {text} || 'T00:00:00Z' "
        rf"WHEN regexp_full_match({text}, '\d\d?/\d\d?/\d\d') THEN {short} || 'T00:00:00Z' "
        rf"WHEN regexp_full_match({text}, '\d\d?/\d\d?/\d\d\d\d') THEN {long} || 'T00:00:00Z' "
        f"ELSE {text} END"
    )


_SELLER = f"coalesce({_held('ProviderName')}, {_held('ServiceProviderName')}, " + (
    f"{_held('PublisherName')}, {_held('InvoiceIssuerName')})"
)
_SERVICE = (
    f"lower(concat_ws(' ', {_held('ServiceName')}, {_held('ServiceSubcategory')}, {_SELLER}))"
)
_AI_NAMES = (
    "openai|anthropic|claude|bedrock|azure ai|cognitive services|foundry models|vertex ai|gemini"
    "|generative ai|mistral|cohere|deepseek|openrouter|litellm|fireworks|groq|perplexity|nebius"
)
_METER = f"coalesce({_held('SkuMeter')}, {_held('x_SkuMeterName')}, {_held('ChargeDescription')})"
_FAMILIES = (
    r"gpt|\bo[1-9]\b|claude|gemini|gemma|llama|mistral|mixtral|command|titan|\bnova|deepseek|qwen"
    r"|grok|kimi|\bglm|jamba|\bphi|embed|sonar"
)
_CLASS = (
    r"[\s,_|:/-]+(usage|uncached|cached|cchd|cache|input|inpt?|output|outpt?|opt|prompt|completion"
    r"|tokens?|1[km]|batch|global|glbl|regional|regnl|ga|thinking|text|\()(\b|_).*$"
)


def _model(text: str) -> str:
    """SQL for a meter's model: what stands before the kind of token, if it is a model's name."""
    place = r"^\s*[A-Z][A-Z][A-Z]*\d-"  # AWS writes its region in front
    cut = f"trim(regexp_replace(regexp_replace({text}, '{place}', ''), '{_CLASS}', '', 'i'))"
    return f"CASE WHEN regexp_matches(lower({cut}), '{_FAMILIES}') THEN {cut} END"


_USAGE = f"lower({_held('ChargeCategory')}) = 'usage'"
_MODELS = ", ".join(
    _model(_held(name))
    for name in ("SkuMeter", "x_SkuMeterName", "ChargeDescription", "ResourceName", "ServiceName")
)

FORMAT = Format(
    name="focus",
    title="FOCUS billing export",
    kinds=("csv", "parquet"),
    table="charges",
    signature=(
        ("BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargeCategory", "ServiceName"),
    ),
    where=f"lower({_held('ServiceCategory')}) = 'ai and machine learning' "
    f"OR regexp_matches({_SERVICE}, '{_AI_NAMES}')",
    aside="rows of other services than AI",
    natural_key=(
        "BillingAccountId",
        "SubAccountId",
        "InvoiceId",
        "ChargeCategory",
        "ChargeClass",
        "ChargeDescription",
        "SkuId",
        "SkuPriceId",
        "ResourceId",
        "RegionId",
        "AvailabilityZone",
        "PricingCategory",
        "CommitmentDiscountId",
        "Tags",
    ),
    columns={
        "provider": Column(
            f"CASE WHEN regexp_matches(lower({_SELLER}), '\\b(aws|amazon)') THEN 'aws' "
            f"WHEN regexp_matches(lower({_SELLER}), '\\b(microsoft|azure)') THEN 'azure' "
            f"WHEN regexp_matches(lower({_SELLER}), '\\b(google|gcp)') THEN 'google' "
            f"ELSE lower({_SELLER}) END",
            "text",
            "the row names no provider in ProviderName",
        ),
        "model": Column(
            f"CASE WHEN {_USAGE} THEN coalesce({_MODELS}) END",
            "text",
            reads="of usage, the model named in its meter, description, resource or service",
        ),
        "feature": Column(
            "coalesce({Tags.feature}, {Tags.Feature}, {Tags.application}, {Tags.app}, "
            f"{{Tags.project}}, {{Tags.team}}, {_held('SubAccountName')})",
            "text",
        ),
        "line_item": Column(
            f"CASE WHEN {_USAGE} THEN coalesce({_METER}, {_held('ServiceName')}) "
            f"ELSE concat_ws(': ', {_held('ChargeCategory')}, {_held('ChargeDescription')}) END",
            "text",
        ),
        "start_us": Column(_time("ChargePeriodStart"), "utc_time"),
        "end_us": Column(_time("ChargePeriodEnd"), "utc_time"),
        "cost_pico": Column(_held("BilledCost"), "signed_usd", bad="is not an amount of money"),
        "currency": Column(f"upper({_held('BillingCurrency')})", "text"),
    },
)
