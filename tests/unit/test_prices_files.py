"""Price files: what is read, what is refused, and the line that says how to mend it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import PriceError
from analyzer.pricing.book import open_book
from analyzer.pricing.files import parse_prices, read_prices
from analyzer.pricing.price import UnitPrices

ENTRY = '[[price]]\nmodel = "m"\ninput = "1"\noutput = "2"\n'


def read(text):
    return parse_prices(text, "mine.toml", "mine.toml").prices


def test_every_field_is_read():
    (price,) = read(
        """
        currency = "USD"
        [[price]]
        provider = "global-api"
        model = "deepseek-v4-*"
        effective_from = 2026-01-31
        input = "0.25"
        output = 1.5
        cached_input = "0.000001"
        cache_write = 3
        cache_write_1h = "0"
        above_tokens = 200000
        input_above = "0.5"
        output_above = "3"
        cached_input_above = "0.000002"
        cache_write_above = "6"
        cache_write_1h_above = "7"
        batch_discount = "0.333333"
        tokenizer_ratio = 1.07
        verbosity = "1.3"
        """
    )
    assert (price.source, price.provider, price.model) == (
        "mine.toml",
        "global-api",
        "deepseek-v4-*",
    )
    assert price.effective_from == date(2026, 1, 31)
    assert price.base == UnitPrices(250_000, 1, 3_000_000, 0, 1_500_000)
    assert price.above_tokens == 200_000
    assert price.above == UnitPrices(500_000, 2, 6_000_000, 7_000_000, 3_000_000)
    assert price.batch_discount_ppm == 333_333
    assert (price.tokenizer_ratio_ppm, price.verbosity_ppm) == (1_070_000, 1_300_000)


def test_a_missing_class_costs_input():
    (price,) = read(ENTRY)
    assert price.base == UnitPrices(1_000_000, 1_000_000, 1_000_000, 1_000_000, 2_000_000)
    assert (price.above_tokens, price.above, price.batch_ppm) == (None, None, 500_000)
    assert (price.provider, price.effective_from) == (None, None)


def test_above_the_step_a_class_keeps_its_base_price_or_costs_the_input_in_force():
    (price,) = read(ENTRY + 'cached_input = "0.1"\nabove_tokens = 0\ninput_above = "4"\n')
    assert price.above == UnitPrices(4_000_000, 100_000, 4_000_000, 4_000_000, 2_000_000)
    (bare,) = read(ENTRY + "above_tokens = 100\n")
    assert bare.above == bare.base


def test_floats_are_read_as_printed():
    (price,) = read('[[price]]\nmodel = "m"\ninput = 0.1\noutput = 1e-6\n')
    assert (price.base.input, price.base.output) == (100_000, 1)


BAD = [
    ('currency = "EUR"\n' + ENTRY, 'mine.toml: currency: only "USD" is known; convert'),
    ("prices = 1\n" + ENTRY, "mine.toml: 'prices' is not a known key; did you mean price?"),
    ("", "mine.toml: holds no prices; add a [[price]] entry"),
    ("price = 3\n", "mine.toml: price: write each entry under its own [[price]] line"),
    ("[price]\nmodel = 1\n", "mine.toml: price: write each entry under its own [[price]] line"),
    ("[[price]\n", "mine.toml: not valid TOML: "),
    ("x = " + "9" * 5_000, "mine.toml: not valid TOML: "),
    (
        ENTRY + ENTRY + 'cached_imput = "1"\n',
        "mine.toml: line 5, price 2: 'cached_imput' is not a known key; did you mean cached_input?",
    ),
    (ENTRY + "zzz = 1\n", "price 1: 'zzz' is not a known key; known keys: provider, model,"),
    ('[[price]]\nmodel = "m"\noutput = "1"\n', 'price 1: input: is missing; add input = "2.50"'),
    ('[[price]]\nmodel = "m"\ninput = "1"\n', "price 1: output: is missing; add output ="),
    ('[[price]]\ninput = "1"\noutput = "1"\n', 'price 1: model: is missing; add model = "gpt-4o"'),
    ('[[price]]\nmodel = " "\ninput = 1\noutput = 1\n', "price 1: model: ' ' is not a name; write"),
    (ENTRY + "provider = 3\n", "price 1: provider: 3 is not a name; write provider ="),
    (ENTRY.replace('"1"', '"-1"'), "price 1: input: -1 is negative; a price is 0 or more"),
    (ENTRY.replace('"1"', '"1 USD"'), "input: '1 USD' is not a decimal number; write input ="),
    (ENTRY.replace('"1"', "true"), "input: True is not a decimal number; write input ="),
    (ENTRY.replace('"1"', "nan"), "input: NaN is not a decimal number"),
    (ENTRY.replace('"1"', '"inf"'), "input: 'inf' is not a decimal number"),
    (ENTRY.replace('"1"', '"0.0000001"'), "input: 1E-7 has more than 6 decimals; round it to 6"),
    (ENTRY.replace('"1"', "1e-999999"), "input: 1E-999999 has more than 6 decimals"),
    (ENTRY.replace('"1"', "1e999999"), "input: 1E+999999 is too much; prices are in USD per mill"),
    (ENTRY + "tokenizer_ratio = 0\n", "tokenizer_ratio: 0 is not a ratio; write 1.07"),
    (ENTRY + 'verbosity = "-1"\n', "verbosity: -1 is not a ratio"),
    (ENTRY + "verbosity = 1e-9\n", "verbosity: 1E-9 is not a ratio"),
    (ENTRY + 'batch_discount = "1.5"\n', "batch_discount: 1.5 is not between 0 and 1; half off"),
    (ENTRY + "batch_discount = -0.1\n", "batch_discount: -0.1 is not between 0 and 1"),
    (ENTRY + 'input_above = "2"\n', "input_above: needs its step; add above_tokens = 200000"),
    (ENTRY + "above_tokens = 1.5\n", "above_tokens: 1.5 is no token count; write above_tokens ="),
    (ENTRY + "above_tokens = -1\n", "above_tokens: -1 is no token count"),
    (ENTRY + "above_tokens = 1e99999\n", "above_tokens: 1E+99999 is no token count"),
    (
        ENTRY + 'effective_from = "soon"\n',
        "effective_from: 'soon' is not a date; write effective_f",
    ),
    (ENTRY + "effective_from = 2026-01-01T00:00:00Z\n", "effective_from: datetime.datetime("),
    (ENTRY + "discount = 0.1\n", "'discount' is not a known key; did you mean batch_discount?"),
]


@pytest.mark.parametrize(("text", "line"), BAD)
def test_a_bad_file_is_one_line_that_says_the_mend(text, line):
    with pytest.raises(PriceError) as caught:
        read(text)
    assert line in str(caught.value)
    assert str(caught.value).startswith("mine.toml: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(PriceError, match="no such price file; check the path after --prices"):
        open_book([str(tmp_path / "none.toml")])
    with pytest.raises(PriceError, match="cannot be read as a price file: Is a directory"):
        read_prices(str(tmp_path))
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[[price]]\nmodel = "\xe9"\n')
    with pytest.raises(PriceError, match="it is not UTF-8 text"):
        read_prices(str(latin))


def test_the_source_of_a_price_is_its_file(tmp_path):
    file = tmp_path / "negotiated.toml"
    file.write_text("\ufeff" + ENTRY, encoding="utf-8")
    (price,) = read_prices(str(file)).prices
    assert price.source == "negotiated.toml"


@given(pico=st.integers(0, 10**12))
def test_six_decimals_are_kept_to_the_pico(pico):
    text = f"{pico // 10**6}.{pico % 10**6:06d}"
    (price,) = read(f'[[price]]\nmodel = "m"\ninput = "{text}"\noutput = {text}\n')
    assert price.base.input == price.base.output == pico


@given(st.text(max_size=60).filter(lambda text: "price" not in text))
def test_any_other_text_is_refused_in_one_line(text):
    with pytest.raises(PriceError) as caught:
        read(text)
    assert "\n" not in str(caught.value)
