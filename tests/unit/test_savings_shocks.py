"""Where compression and packing stop paying, and what a provider can do, by hand."""

import json

import pytest

from analyzer.commands.asking import find
from analyzer.ingest.load import ingest_file
from analyzer.money import PICO_PER_USD
from analyzer.store import Store

DAY = 86_400
MILLION = 1_000_000


@pytest.fixture
def asked(tmp_path):
    """Eleven requests of a million tokens, one a day for ten days, on gpt-4o: $2.50 each."""

    def ask(policy):
        rows = [
            {"request_id": f"r{n}", "ts": 1_790_035_200 + n * DAY, "model": "gpt-4o",
             "provider": "openai", "feature": "chat", "input_tokens": MILLION, "output_tokens": 0,
             "prefix_key": "p", "prefix_tokens": 1000, "prompt_chars": 4 * MILLION}
            for n in range(11)
        ]  # fmt: skip
        (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
        with Store.open(tmp_path / "x.duckdb") as store:
            store.unlock_digests()
            ingest_file(store, tmp_path / "log.jsonl")
        (tmp_path / "policy.toml").write_text(policy)
        return find(tmp_path / "x.duckdb", tmp_path / "policy.toml", ()).board

    return ask


def test_compression_pays_above_the_price_of_taking_a_token_off(asked):
    """The compressor reads a million at $0.15 and writes half of it at $0.60: $0.45 for half."""
    (row,) = asked(
        '[[compression]]\nfeature = "*"\ncompressor = "gpt-4o-mini"\nratio = 0.5\n'
        "instruction_tokens = 0\n"
    ).thresholds
    assert (row.kind, row.feature) == ("main_price", "chat")
    assert row.found * MILLION == 2.50 * PICO_PER_USD
    assert row.limit * MILLION == 0.90 * PICO_PER_USD


def test_packing_pays_above_the_marker_it_brings(asked):
    """Two packs of six and five: nine of eleven calls leave 1,000 tokens out and bring 8."""
    (row,) = asked(
        '[[batching]]\nfeature = "*"\nmax_size = 6\nwindow_seconds = 31536000\n'
    ).thresholds
    assert (row.kind, row.limit) == ("shared_prefix", 8)
    assert row.found == round(9 * 992 / 11)


def test_a_provider_that_doubles_and_one_that_is_down(asked):
    """All eleven go to Anthropic at $1 a million; on a day without it, back to where they were."""
    board = asked('[[model_selection]]\nfeature = "*"\nto = "claude-haiku-4-5"\n')
    (shock,) = board.shocks
    assert shock.provider == "anthropic"
    year = 365.25 / 10
    assert shock.doubled.before_pico_usd == pytest.approx(11 * 2.5 * year * PICO_PER_USD)
    assert shock.doubled.after_pico_usd == pytest.approx(11 * 2 * year * PICO_PER_USD)
    assert shock.day_calls == 1
    assert shock.day_pico_usd == pytest.approx(1.1 * PICO_PER_USD)
    assert shock.cheapest == shock.dearest
    assert (shock.cheapest.model, shock.cheapest.provider) == ("gpt-4o", "openai")
    assert shock.cheapest.pico_usd == pytest.approx(1.1 * 2.5 * PICO_PER_USD)


def test_where_nobody_else_is_in_play_an_outage_has_no_price(asked):
    (shock,) = asked('[[caching]]\nfeature = "*"\nttl_seconds = 60\n').shocks
    assert (shock.cheapest, shock.dearest) == (None, None)


def test_escalation_and_hits_are_varied_where_the_policy_has_them(asked):
    text = """
[[routing]]
feature = "*"
score = "pass_rate"
tiers = [ { model = "gpt-4o-mini", pass_rate = 0.5 }, { model = "gpt-4.1" } ]
"""
    board = asked(text)
    kinds = {driver.kind: driver for driver in board.drivers}
    spread = kinds["escalation"].annual
    later = next(model for model in board.models if model.model == "gpt-4.1").spend.after_pico_usd
    year = 365.25 / 10
    assert spread.high_pico_usd - spread.low_pico_usd == pytest.approx(0.4 * later * year)
    assert "hits" not in kinds
