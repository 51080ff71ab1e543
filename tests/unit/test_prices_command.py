"""``rebill prices``: what it prints about the book and about a real database."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.errors import PriceError, StoreError
from analyzer.pricing.bundled import SOURCE
from analyzer.pricing.review import usd_per_mtok
from analyzer.store import Store

OCTOBER = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp()) * 1_000_000
DAY_US = 86_400_000_000

REQUEST = """
INSERT INTO requests BY NAME
SELECT $id AS request_id, 1 AS source_id, $ts AS ts_us, $provider AS provider, $model AS model,
  'chat' AS feature, 'ok' AS status, true AS ok, $tokens AS input_tokens,
  0 AS cached_input_tokens, 0 AS cache_write_tokens, 0 AS cache_write_1h_tokens,
  10 AS output_tokens, 0 AS reasoning_tokens, 0 AS prefix_tokens, false AS served_from_cache
"""
BUCKET = """
INSERT INTO usage_buckets BY NAME
SELECT 1 AS source_id, 'openai' AS provider, 'gpt-4o-mini' AS model, 'batch' AS feature,
  $ts AS start_us, $ts + 1 AS end_us, 7 AS requests, 700 AS input_tokens,
  0 AS cached_input_tokens, 0 AS cache_write_tokens, 0 AS cache_write_1h_tokens,
  70 AS output_tokens, 0 AS reasoning_tokens, 'k' AS natural_key
"""
MINE = """
[[price]]
model = "gpt-4o"
effective_from = 2026-10-02
input = "2"
output = "8"
[[price]]
model = "moose"
effective_from = 2026-10-02
input = "1"
output = "1"
"""


def run(*arguments):
    result = CliRunner().invoke(cli, ["prices", *map(str, arguments)])
    if result.exception:
        raise result.exception
    return result.output


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    return file


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "log.duckdb"
    logged = [
        ("a", 0, "openai", "gpt-4o-2024-08-06", 1_000),
        ("b", 1, "openai", "gpt-4o-2024-08-06", 1_000),
        ("c", 0, None, "moose", 90),
        ("d", 1, None, "moose", 90),
        ("e", 0, None, "zz-ghost\x1b[31m", 400),
        ("f", 0, None, "qwen3-14b", 40),
        ("g", 0, "deepseek", "deepseek-chat", 4),
    ]
    with Store.open(path) as store:
        for name, day, provider, model, tokens in logged:
            values = {"id": name, "ts": OCTOBER + day * DAY_US, "provider": provider}
            store.rows(REQUEST, values | {"model": model, "tokens": tokens})
        store.rows(BUCKET, {"ts": OCTOBER})
    return path


def test_check_accounts_for_every_name_in_the_database(db, mine):
    text = run("check", "--db", db, "--prices", mine)
    assert "openai/gpt-4o-2024-08-06" in text
    assert "unpriced: 2 of 6 names, 2 requests, 460 tokens" in text
    assert "zz-ghost?[31m" in text
    assert "\x1b" not in text
    assert "qwen3-14b: offered by" in text
    assert "partly priced: moose: no price on 2026-10-01, when the log starts" in text
    assert (
        "tables disagree: openai/gpt-4o-2024-08-06 on 2026-10-02: "
        f"mine.toml 2 in, 8 out; {SOURCE} 2.5 in, 10 out" in text
    )
    assert "note: deepseek/deepseek-chat: other prices at" in text


def test_check_as_json(db):
    answer = json.loads(run("check", "--db", db, "--json"))
    assert (answer["unpriced_requests"], answer["unpriced_tokens"]) == (4, 660)
    models = {(m["held_as"], m["model"]): m for m in answer["models"]}
    bucket = models["totals", "gpt-4o-mini"]
    assert (bucket["requests"], bucket["tokens"], bucket["price"]["input"]) == (7, 770, "0.15")
    gpt = models["requests", "gpt-4o-2024-08-06"]
    assert (gpt["requests"], gpt["tokens"]) == (2, 2_020)
    assert gpt["price"]["source"] == SOURCE
    assert gpt["disagreement"] == []
    assert models["requests", "moose"]["price"] is None


def test_check_without_a_database(tmp_path):
    with pytest.raises(StoreError, match="no database there"):
        run("check", "--db", tmp_path / "none.duckdb")


def test_show_says_which_entry_and_why(mine):
    text = run("show", "gpt-4o-2024-08-06", "--prices", mine, "--date", "2026-10-31")
    assert "priced by mine.toml as gpt-4o (snapshot stripped)" in text
    assert "> " in text
    assert "see https://" in text
    assert "The tables disagree on 2026-10-31" in text
    early = run("show", "gpt-4o", "--prices", mine, "--date", "2026-09-30", "--json")
    assert json.loads(early)["in_force"]["source"] == SOURCE


def test_show_lists_every_dated_price_and_step():
    text = run("show", "deepseek-v4-flash")
    assert text.index("always") < text.index("2026-08-17") < text.index("2026-09-10")
    assert "not modelled" in text
    assert "field-notes: global-api/deepseek-v4-flash" in text
    assert "above 200,000" in run("show", "gemini-2.5-pro")


def test_show_helps_with_an_unknown_name():
    assert "nearest: gpt-4o\n" in run("show", "gpt-4oo")
    ambiguous = run("show", "qwen3-14b")
    assert "openrouter/qwen3-14b: " in ambiguous
    answer = json.loads(run("show", "qwen3-14b", "--json"))
    assert answer["model_id"] is None
    assert len(answer["offers"]) >= 2
    assert "no price table knows the provider acme" in run("show", "gpt-4o", "--provider", "acme")


def test_list_filters_by_text_provider_and_date():
    text = run("list", "haiku", "--provider", "anthropic", "--date", "2026-10-31")
    assert "claude-haiku-4-5" in text
    assert "bedrock" not in text
    answer = json.loads(run("list", "deepseek-v4-flash", "--date", "2026-08-20", "--json"))
    maker = [p for p in answer["prices"] if p["provider"] == "deepseek"]
    assert [p["effective_from"] for p in maker] == ["2026-08-17"]
    assert answer["sources"] == [SOURCE, "field-notes"]
    assert run("list", "zzzz", "--date", "2026-10-31").startswith("no price holds 'zzzz'")


def test_a_bad_price_file_stops_every_command(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('[[price]]\nmodel = "m"\ninput = "1"\n')
    with pytest.raises(PriceError, match="line 1, price 1: output: is missing"):
        run("list", "--prices", bad)


@pytest.mark.parametrize(
    ("pico", "spelled"),
    [(0, "0"), (1, "0.000001"), (2_500_000, "2.5"), (10_000_000, "10"), (100_000_000, "100")],
)
def test_prices_are_spelled_per_million_tokens(pico, spelled):
    assert usd_per_mtok(pico) == spelled
