"""The bundled table against the library it comes from: the same cents, and no name it confuses."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from genai_prices import Usage
from genai_prices import types as genai

from analyzer.pricing.book import open_book
from analyzer.pricing.bundled import SOURCE, bundled
from analyzer.pricing.clauses import exact_names
from analyzer.pricing.convert import NoPrice
from analyzer.pricing.match import Match
from analyzer.pricing.price import TokenSums
from analyzer.pricing.table import price_table

PICO = Decimal(10) ** 12
# Uncached, cached, written, written for an hour, output; the last two lie around every step.
USAGES = (
    TokenSums(1_234, 0, 0, 0, 567),
    TokenSums(1_000, 20_003, 301, 77, 411),
    TokenSums(300_001, 0, 0, 0, 33),
    TokenSums(250_000, 100_001, 10, 5, 1_009),
)
OFF_PEAK = timedelta(hours=20)
LAST_DAY = date(2030, 1, 1)


def library_pico(seller, model, usage, day):
    whole = Usage(
        input_tokens=usage.uncached + usage.cached + usage.write + usage.write_1h,
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.write + usage.write_1h,
        cache_write_1h_tokens=usage.write_1h,
        output_tokens=usage.output,
    )
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + OFF_PEAK
    cost = model.calc_price(whole, seller.provider, genai_request_timestamp=moment)
    return cost.total_price * PICO


def our_pico(price, usage):
    total = usage.uncached + usage.cached + usage.write + usage.write_1h
    above = price.above_tokens is not None and total > price.above_tokens
    return price.units(above=above).cost(usage)


def days_of(prices):
    starts = [price.effective_from for price in prices if price.effective_from]
    return {date(2024, 1, 1), LAST_DAY, *starts, *(day - timedelta(days=1) for day in starts)}


def has_two_steps(model):
    entries = model.prices if isinstance(model.prices, list) else [model]
    return any(
        isinstance(value, genai.TieredPrices) and len(value.tiers) > 1
        for entry in entries
        for value in vars(entry.prices).values()
    )


def has_fractions_of_a_pico(model):
    entries = model.prices if isinstance(model.prices, list) else [model]
    return any(
        isinstance(value, Decimal) and value != round(value, 6)
        for entry in entries
        for value in vars(entry.prices).values()
    )


def has_no_output_price(model):
    entries = model.prices if isinstance(model.prices, list) else [model]
    return any("output_mtok" not in vars(entry.prices) for entry in entries)


def supported():
    for seller in bundled().sellers.values():
        for place, model in enumerate(seller.provider.models):
            prices = seller.entry(place)
            if not isinstance(prices, NoPrice):
                yield seller, model, Match(prices, "", "")


def test_every_supported_entry_costs_what_the_library_says():
    agreed, rounded, stepped = 0, [], []
    for seller, model, match in supported():
        off = set()
        for day in days_of(match.prices):
            for usage in USAGES:
                ours = our_pico(match.at(day), usage)
                theirs = library_pico(seller, model, usage, day)
                off.add(abs(ours - theirs) / (usage.uncached + usage.cached + usage.output))
        name = f"{seller.provider.id}/{model.id}"
        if off == {0}:
            agreed += 1
        elif max(off) <= Decimal("0.5"):
            rounded.append((name, model))
        else:
            stepped.append((name, model))
    print(f"{SOURCE}: {agreed} entries agree to the pico; rounded: {[n for n, _ in rounded]};")
    print(f"two steps: {[n for n, _ in stepped]}")
    assert agreed > 1_900
    assert all(has_fractions_of_a_pico(model) for _, model in rounded)
    assert len(rounded) < 60
    assert all(has_two_steps(model) for _, model in stepped)
    assert all("further step" in m.at(LAST_DAY).note for _, o, m in supported() if has_two_steps(o))


def test_what_tokens_cannot_price_is_unpriced_and_says_why():
    reasons = {
        f"{seller.provider.id}/{model.id}": seller.entry(place).reason
        for seller in bundled().sellers.values()
        for place, model in enumerate(seller.provider.models)
        if isinstance(seller.entry(place), NoPrice)
    }
    for name, part in {
        "github-copilot/gpt-4o": "without a price",
        "openai/whisper-1": "audio_hours",
        "openai/gpt-realtime": "audio",
        "openai/gpt-4o-audio-preview": "audio",
        "openai/gpt-image-1": "image",
        "openai/tts-1": "input_mchars",
        "perplexity/sonar": "requests_kcount",
        "perplexity/sonar-deep-research": "output_reasoning_mtok",
        "azure/davinci": "output tokens",
    }.items():
        assert part in reasons[name]
    assert open_book().lookup("github-copilot", "gpt-4o") is None


def test_no_entry_is_free_unless_the_library_says_zero():
    for _, model, match in supported():
        for price in match.prices:
            assert price.base.input > 0, model.id
            assert price.base.output > 0 or has_no_output_price(model), model.id


def test_only_embeddings_have_no_output_price():
    for _, model, match in supported():
        if has_no_output_price(model):
            assert "no output tokens" in match.prices[0].note
            assert match.prices[0].base.output == 0


def test_peak_hours_are_named_in_a_note():
    price = open_book().lookup("deepseek", "deepseek-chat").at(LAST_DAY)
    assert price.note == "other prices at 00:30-16:30 UTC are not modelled"


def test_batch_discounts_are_the_library_s():
    book = open_book()
    assert book.lookup("openai", "gpt-4.1").at(LAST_DAY).batch_discount_ppm == 500_000
    assert book.lookup("x-ai", "grok-4.3").at(LAST_DAY).batch_discount_ppm == 200_000
    # Half of the price of its own time: the price doubles when the year ends.
    gemini = book.lookup("google", "gemini-3.6-flash").prices[0]
    assert [price.batch_discount_ppm for price in gemini] == [500_000, 500_000]
    assert book.lookup("openai", "gpt-4o").at(LAST_DAY).batch_ppm == 500_000


def test_every_name_the_library_lists_means_the_library_s_entry():
    for seller in bundled().sellers.values():
        for name in (n for model in seller.provider.models for n in exact_names(model.match)):
            place = seller.find(name)
            assert seller.provider.models[place] is seller.provider.find_model(name), name


SUFFIXES = ("-mini", "-nano", "-pro", "-lite", "-audio", "-realtime", "-search", "-turbo")
SUFFIXES += ("-thinking", "-fast", "-8b", ":free", ":batch", "-codex", "-tts", "-image", "-exp")
SUFFIXES += ("-instruct", "-vision", "-distill-llama-70b", "-customtools", "2", "-6")


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "google", "deepseek", "mistral"])
def test_no_suffix_turns_one_model_into_another(vendor):
    """A name with a variant's suffix means nothing, or an entry that spells the suffix out."""
    seller = bundled().sellers[vendor]
    crossed = 0
    for base in seller.names():
        if base.endswith(".ft-"):
            continue  # any job name may follow a fine-tuned base
        for name, suffix in ((base.lower() + suffix, suffix) for suffix in SUFFIXES):
            loose = seller.provider.find_model(name)
            crossed += loose is not None and suffix not in repr(loose.match)
            offer = bundled().offer(vendor, name)
            if isinstance(offer, Match):
                assert suffix in clause_of(offer), f"{name} is priced as {offer.model_id}"
    # The library's own clauses do cross, so the check above is not idle.
    assert crossed > {"openai": 80, "anthropic": 300, "google": 300}.get(vendor, 10)


def clause_of(match):
    sellers = bundled().sellers.values()
    (seller,) = (s for s in sellers if s.provider.id == match.prices[0].provider)
    models = (m for m in seller.provider.models if m.id == match.prices[0].model)
    return repr(next(models).match)


def test_one_identity_never_has_two_prices():
    terms = {}
    for seller in bundled().sellers.values():
        for name in seller.names():
            match = bundled().offer(seller.id, name)
            if isinstance(match, Match):
                assert terms.setdefault(match.model_id, match.terms) == match.terms, name


def test_the_whole_book_as_one_table():
    frame = price_table(open_book())
    assert frame.height > 2_000
    assert frame["place"].to_list() == list(range(frame.height))
    row = frame.filter(provider="openai", model="gpt-4o").row(0, named=True)
    assert (row["source"], row["input"], row["output"]) == (SOURCE, 2_500_000, 10_000_000)
    assert row["above_tokens"] is None
    stepped = frame.filter(provider="openai", model="gpt-5.4").row(0, named=True)
    assert stepped["above_input"] > stepped["input"]
    notes = frame.filter(source="field-notes")
    assert notes["place"].to_list() == list(range(frame.height - 6, frame.height))
