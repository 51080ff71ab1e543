"""One rule over two features is one cache, one payer; two rules of the same words are two."""

import json

import pytest

from analyzer.commands.asking import find
from analyzer.ingest.load import ingest_file
from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.session import Session
from analyzer.store import Store

# Another model on one feature parts the features, so that the rule under test meets both apart.
APART = 'name = "n"\n[[model_selection]]\nfeature = "a"\nto = "gpt-4.1"\n'
CACHE = '[[caching]]\nfeatures = {}\nscope = "global"\nkey = "prompt"\nttl_seconds = 3600\n'
SQUEEZE = (
    '[[compression]]\nfeatures = {}\ncompressor = "gpt-4.1-nano"\nratio = 0.5\n'
    'mode = "static_prefix"\n'
)
# Six requests of one prompt: 2.5 and 10 dollars a million at gpt-4o, 2 and 8 at gpt-4.1.
# One cache answers five; two caches answer four, and pay for one call of each model.
ONE_CACHE, TWO_CACHES = 2_800_000_000, 3_500_000_000 + 2_800_000_000
# A second payer is one more compressor call: its 40 tokens of instructions and 800 of the prefix at
# 0.1 dollars a million, 400 of answer at 0.4.
SECOND_PAYER = 840 * 100_000 + 400 * 400_000


@pytest.fixture
def db(tmp_path):
    rows = (
        {"request_id": f"r{n}", "ts": f"2026-10-01T00:00:{5 * n:02d}Z", "latency_ms": 0,
         "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100, "feature": "ab"[n % 2],
         "prompt_key": "p", "prefix_key": "x", "prefix_tokens": 800, "prompt_chars": 4000}
        for n in range(6)
    )  # fmt: skip
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Store.open(tmp_path / "x.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, log)
    return tmp_path / "x.duckdb"


def files(db, rule):
    """A policy with one rule over both features, and one with a rule for each."""
    one, two = db.with_name("one.toml"), db.with_name("two.toml")
    one.write_text(APART + rule.format('["a", "b"]'))
    two.write_text(APART + rule.format('["a"]') + rule.format('["b"]'))
    return one, two


def simulated(db, file):
    """What ``rebill simulate`` says, which keeps its answers in the database."""
    return find(db, file, ()).steps[-1].total.pico_usd


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("rule", [CACHE, SQUEEZE])
def test_a_kept_answer_is_never_that_of_the_other_policy(db, rule, turned):
    one, two = files(db, rule)
    asked = (two, one) if turned else (one, two)
    said = {file: simulated(db, file) for file in asked}
    if rule is CACHE:
        assert (said[one], said[two]) == (ONE_CACHE, TWO_CACHES)
    else:
        assert said[two] - said[one] == SECOND_PAYER


@pytest.mark.parametrize("rule", [CACHE, SQUEEZE])
def test_a_session_answers_each_for_itself(db, rule):
    with Store.open(db, read_only=True) as store:
        session = Session(store, open_book())
        bills = []
        for file in files(db, rule):
            policy, _ = read_policy(file)
            billed = session.bill(policy, steps="whole")
            bills.append(billed.ledger[frozenset(policy.levers)].total)
    one, two = bills
    assert (one, two) == (ONE_CACHE, TWO_CACHES) if rule is CACHE else two - one == SECOND_PAYER
