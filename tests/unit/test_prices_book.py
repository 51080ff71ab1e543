"""Precedence, dates, providers and identities: which of many prices is the one."""

from datetime import date

import pytest

from analyzer.pricing.book import PriceBook, open_book
from analyzer.pricing.bundled import SOURCE
from analyzer.pricing.files import parse_prices

DAY = date(2026, 10, 31)


def entry(model, usd, **fields):
    keys = "".join(f"{key} = {value!r}\n".replace("'", '"') for key, value in fields.items())
    return f'[[price]]\nmodel = "{model}"\ninput = "{usd}"\noutput = "{usd}"\n{keys}'


def book(*texts):
    return PriceBook(
        [parse_prices(text, "p.toml", f"p{n}.toml").prices for n, text in enumerate(texts)]
    )


def usd(book, provider, model, day=DAY):
    listing = book.lookup(provider, model)
    price = listing.at(day) if listing else None
    return None if price is None else price.base.input / 1_000_000


def since(day):
    return f"effective_from = {day}\n"


def test_the_first_match_in_a_file_wins():
    assert usd(book(entry("m*", 1) + entry("moose", 2)), None, "moose") == 1
    assert usd(book(entry("moose", 2) + entry("m*", 1)), None, "moose") == 2
    assert usd(book(entry("moose", 2) + entry("m*", 1)), None, "mouse") == 1


def test_a_more_literal_spelling_beats_an_earlier_entry():
    prices = book(entry("moose", 1) + entry("openai/moose-2024-08-06", 2) + entry("MOOSE", 3))
    assert usd(prices, None, "moose") == 1
    assert usd(prices, None, "MOOSE") == 3
    assert usd(prices, None, "Moose") == 1
    assert usd(prices, None, "openai/moose-2024-08-06") == 2


def test_the_first_file_wins_even_with_a_looser_spelling():
    prices = book(entry("moose", 1), entry("moose-2024-08-06", 2))
    assert usd(prices, None, "moose-2024-08-06") == 1


def test_user_files_stand_over_the_bundled_tables(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(entry("gpt-4o", 2, provider="openai"))
    mine = open_book([str(file)])
    assert usd(mine, "openai", "gpt-4o-2024-08-06") == 2
    assert usd(mine, "openai", "gpt-4o-mini") == 0.15
    assert usd(mine, "azure", "gpt-4o") == 2.5
    assert mine.sources == ("mine.toml", SOURCE, "field-notes")


def test_field_notes_go_where_they_are_named(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(entry("deepseek-v4-flash", 9))
    assert usd(open_book(), None, "deepseek-v4-flash") == 0.15
    notes = open_book(["field-notes"])
    assert usd(notes, None, "deepseek-v4-flash") == 0.25
    assert usd(notes, None, "deepseek-reasoner") == 2.5
    assert usd(notes, "deepseek", "deepseek-v4-flash") == 0.15
    assert usd(notes, None, "deepseek/deepseek-v4-flash") == 0.15
    assert notes.sources == ("field-notes", SOURCE)
    assert usd(open_book([str(file), "field-notes"]), None, "deepseek-v4-flash") == 9
    assert usd(open_book(["field-notes", str(file)]), None, "deepseek-v4-flash") == 0.25


def test_the_field_notes_prices():
    notes = open_book()
    for model, price in {
        "qwen3-8b": 0.01,
        "deepseek-v4-flash": 0.25,
        "deepseek-coder": 0.25,
        "qwen3-32b": 0.28,
        "qwen-mt-turbo": 0.30,
        "deepseek-reasoner": 2.50,
    }.items():
        found = notes.lookup(None, f"global-api/{model}").at(DAY)
        assert found.base.input == found.base.output == price * 1_000_000
        assert (found.source, "not verified" in found.note) == ("field-notes", True)


def test_a_dated_price_holds_from_its_day_until_the_next():
    prices = book(
        entry("m", 2) + since("2026-02-01") + entry("m", 3) + since("2026-03-01") + entry("m", 1)
    )
    days = ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2030-01-01")
    assert [usd(prices, None, "m", date.fromisoformat(d)) for d in days] == [1, 2, 2, 3, 3]


def test_of_two_prices_from_one_day_the_first_holds():
    prices = book(entry("m", 2) + since("2026-02-01") + entry("m", 3) + since("2026-02-01"))
    assert usd(prices, None, "m") == 2


def test_before_its_first_date_an_entry_falls_through_to_the_next_group_then_table():
    first = entry("m", 5) + since("2026-03-01") + entry("m*", 4) + since("2026-02-01")
    prices = book(first, entry("m", 1) + since("2026-01-01"))
    days = ("2025-12-31", "2026-01-01", "2026-02-01", "2026-03-01")
    assert [usd(prices, None, "m", date.fromisoformat(d)) for d in days] == [None, 1, 4, 5]
    assert "from 2026-01-01 on" in prices.explain(None, "m")


def test_a_user_price_falls_through_to_the_bundled_table(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(entry("gpt-4o", 2) + since("2026-06-01"))
    mine = open_book([str(file)])
    assert usd(mine, "openai", "gpt-4o", date(2026, 5, 31)) == 2.5
    assert usd(mine, "openai", "gpt-4o", date(2026, 6, 1)) == 2


def test_an_entry_s_provider_must_be_the_row_s():
    prices = book(entry("m", 1, provider="North") + entry("m", 2, provider="south"))
    assert [usd(prices, p, "m") for p in ("north", "NORTH", "south", "east")] == [1, 1, 2, None]
    assert usd(prices, None, "m") == 1
    assert usd(prices, "", "m") == 1
    assert usd(book(entry("m", 3)), "east", "m") == 3


def test_a_target_may_name_its_provider():
    prices = book(entry("m", 1, provider="north") + entry("m", 2, provider="south") + entry("m", 3))
    assert usd(prices, None, "south/m") == 2
    assert usd(prices, None, "north/m") == 1
    assert usd(prices, None, "east/m") is None
    assert usd(prices, "south", "south/m") == 2
    assert usd(book(entry("m", 1, provider="north") + entry("m", 3)), "south", "south/m") is None


def test_spelled_provider_names_match_an_entry_s():
    prices = book(
        entry("moose", 1, provider="bedrock") + entry("moose", 2, provider="Azure OpenAI")
    )
    assert usd(prices, "aws", "moose") == 1
    assert usd(prices, "bedrock_converse", "moose") == 1
    assert usd(prices, "azure", "azure/moose-2024-08-06") == 2
    assert usd(prices, None, "azure/moose") == 2


def test_a_catch_all_of_one_provider_leaves_named_others_alone():
    prices = PriceBook(
        [parse_prices(entry("*", 1, provider="azure"), "p", "p").prices],
        library=open_book().library,
    )
    assert usd(prices, None, "openai/gpt-4o") == 2.5
    assert usd(prices, None, "azure/gpt-4o") == 1
    assert usd(prices, None, "gpt-4o") == 1


def test_globs_match_whole_names_in_any_case_with_or_without_a_prefix():
    prices = book(entry("gpt-4o*", 1, provider="openai") + entry("heron-?????", 2))
    assert usd(prices, "openai", "GPT-4o-mini") == 1
    assert usd(prices, "openai", "openai/gpt-4o") == 1
    assert usd(prices, None, "heron-small") == 2
    assert usd(prices, None, "heron-smaller") is None
    assert usd(prices, None, "heron-small-2024-08-06") is None


def test_a_user_s_exact_entry_takes_a_snapshot_but_no_variant():
    prices = book(entry("gpt-4o", 1) + entry("claude-opus-4-5", 2))
    assert usd(prices, None, "gpt-4o-2024-05-13") == 1
    assert usd(prices, "bedrock", "us.anthropic.claude-opus-4-5-20251101-v1:0") == 2
    assert usd(prices, None, "Claude Opus 4.5") == 2
    for name in ("gpt-4o-mini", "gpt-4o:free", "claude-opus-4", "claude-opus-4-5-fast", "gpt-4"):
        assert usd(prices, None, name) is None


def test_identities_of_user_entries():
    prices = book(entry("GPT-4o", 1, provider="openai") + entry("moose-*", 2))
    ids = [
        prices.lookup(provider, name).model_id
        for provider, name in [
            ("openai", "gpt-4o-2024-08-06"),
            (None, "openai/gpt-4o"),
            (None, "moose-Big"),
            ("north", "openai/moose-big"),
            (None, "moose-mid"),
        ]
    ]
    assert ids == ["gpt-4o", "gpt-4o", "moose-big", "moose-big", "moose-mid"]


def test_an_unpriced_listing_does_not_fall_through_to_another_seller():
    assert open_book().lookup("github-copilot", "gpt-4o") is None
    assert "listed without a price" in open_book().explain("github-copilot", "gpt-4o")


def test_long_context_prices_step_above_the_threshold():
    price = open_book().lookup("google", "gemini-2.5-pro").at(DAY)
    assert price.above_tokens == 200_000
    assert price.units(above=False).input == 1_250_000
    assert price.units(above=True).input == 2_500_000


def test_a_book_without_tables_prices_nothing():
    empty = PriceBook([])
    assert empty.lookup("openai", "gpt-4o") is None
    assert empty.sources == ()
    with pytest.raises(StopIteration):
        next(empty.groups())
