"""Negotiated discounts: exact, dated, off every table's prices, and named where they show."""

from datetime import date

import pytest

from analyzer.commands.price_output import list_text, show_text
from analyzer.errors import PriceError
from analyzer.pricing.book import open_book

DAY = date(2026, 10, 1)
OPENAI = '[[discount]]\nprovider = "openai"\nshare = "0.15"\n'


@pytest.fixture
def book(tmp_path):
    def opened(*texts):
        files = []
        for number, text in enumerate(texts):
            file = tmp_path / f"deal{number}.toml"
            file.write_text(text)
            files.append(str(file))
        return open_book(files)

    return opened


def price(book, provider, model, day=DAY):
    return book.lookup(provider, model).at(day)


def test_it_comes_off_every_price_of_the_provider_and_of_no_other(book):
    listed, deal = open_book(), book(OPENAI)
    assert price(deal, "openai", "gpt-4o").base.input == 2_125_000
    assert price(deal, None, "gpt-4o-mini-2024-07-18").base.output == 510_000
    other = ("anthropic", "claude-opus-4-5")
    assert price(deal, *other) == price(listed, *other)


def test_a_deal_with_one_seller_is_no_deal_with_another_of_the_same_model(book):
    deal = book(OPENAI)
    assert price(deal, "azure", "gpt-4o").base.input == 2_500_000
    azure = book(OPENAI.replace("openai", "Azure OpenAI"))
    assert price(azure, "azure", "gpt-4o").base.input == 2_125_000
    assert price(azure, "openai", "gpt-4o").base.input == 2_500_000


def test_each_price_is_rounded_half_up_to_a_whole_pico(book):
    """0.000003 USD per million tokens is 3 pico; half of it is 1.5, and that is 2."""
    own = '[[price]]\nprovider = "acme"\nmodel = "m"\ninput = "0.000003"\noutput = "0.000005"\n'
    found = price(book(own + '[[discount]]\nprovider = "acme"\nshare = 0.5\n'), "acme", "m")
    assert (found.base.input, found.base.output) == (2, 3)


def test_the_batch_discount_comes_off_what_is_left(book):
    assert price(book(OPENAI), "openai", "gpt-4o").units(
        above=False, discount_ppm=500_000
    ).input == (1_062_500)


def test_the_long_context_step_is_discounted_too(book):
    text = (
        '[[price]]\nprovider = "openai"\nmodel = "m"\ninput = "2"\noutput = "8"\n'
        'above_tokens = 200000\ninput_above = "4"\n'
    )
    assert price(book(text + OPENAI), "openai", "m").above.input == 3_400_000


def test_a_discount_that_starts_later_leaves_earlier_days_alone(book):
    deal = book(OPENAI + "effective_from = 2026-09-15\n")
    assert price(deal, "openai", "gpt-4o", date(2026, 9, 14)).base.input == 2_500_000
    assert price(deal, "openai", "gpt-4o", date(2026, 9, 15)).base.input == 2_125_000


def test_a_later_discount_replaces_the_one_before(book):
    deal = book(OPENAI + OPENAI.replace("0.15", "0") + "effective_from = 2026-10-01\n")
    assert price(deal, "openai", "gpt-4o", date(2026, 9, 30)).base.input == 2_125_000
    assert price(deal, "openai", "gpt-4o", date(2026, 10, 1)).base.input == 2_500_000


def test_of_two_files_the_first_that_names_the_provider_counts(book):
    deal = book(OPENAI, OPENAI.replace("0.15", "0.5"))
    assert price(deal, "openai", "gpt-4o").base.input == 2_125_000


def test_the_price_and_the_list_of_sources_say_so(book):
    deal = book(OPENAI)
    assert price(deal, "openai", "gpt-4o").source.endswith("less 15% (deal0.toml)")
    assert deal.sources[0] == "deal0.toml: 15% off openai"
    assert "less 15% (deal0.toml)" in deal.explain("openai", "gpt-4o")
    assert any("less 15%" in group[0].source for group in deal.groups())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OPENAI.replace("share", "shares"), "line 1, discount 1: 'shares' is not a known key; did "
         "you mean share?"),
        (OPENAI.replace("0.15", "15"), "share: 15 is not between 0 and 1; 15% off is 0.15"),
        (OPENAI.replace("0.15", "0.1234567"), "share: 0.1234567 has more than 6 decimals"),
        (OPENAI.replace("0.15", "much"), "share: 'much' is not a decimal number"),
        ('[[discount]]\nshare = "0.1"\n', 'provider: is missing; add provider = "openai"'),
        ('[[discount]]\nprovider = "openai"\n', 'share: is missing; add share = "0.15"'),
        (OPENAI.replace('"openai"', '"litellm"'), "provider: names no provider"),
        ("[[discounts]]\n" + OPENAI, "'discounts' is not a known key; did you mean discount?"),
    ],
)  # fmt: skip
def test_a_bad_discount_is_one_line_that_names_the_mend(book, text, said):
    with pytest.raises(PriceError) as error:
        book(text)
    assert said in str(error.value)


def test_list_and_show_print_the_discounted_price_and_where_it_comes_from(book):
    deal = book(OPENAI)
    (line,) = [
        row for row in list_text(deal, "gpt-4o", "openai", DAY).splitlines()
        if row.split()[1:2] == ["gpt-4o"]
    ]  # fmt: skip
    assert "2.125" in line
    assert "less 15% (deal0.toml)" in line
    shown = show_text(deal, "gpt-4o", None, DAY)
    assert "2.125" in shown
    assert "less 15% (deal0.toml)" in shown
