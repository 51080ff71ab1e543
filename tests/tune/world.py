"""A log of two features over twenty days, with scores: what the tests of tuning are run on."""

import json
import random
from contextlib import contextmanager
from dataclasses import replace

from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.pricing.book import open_book
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.engine import tune_log
from analyzer.tune.options import Limits
from analyzer.tune.tuned import Request
from analyzer.tune.watch import NOBODY

DAY = 86_400
START = 1_790_035_200  # midnight
CHEAP, DEAR = "gpt-4o-mini", "gpt-4o"
ROUTED = f"""
[[routing]]
feature = "chat"
score = "difficulty"
tiers = [ {{ model = "{CHEAP}", accept = 0.1 }}, {{ model = "{DEAR}" }} ]
"""
CACHED = """
[[caching]]
feature = "*"
ttl_seconds = 60
"""


def log_rows():
    chance = random.Random(5)
    for n in range(400):
        feature = ("chat", "search")[n % 2]
        yield {
            "request_id": f"r{n}", "ts": START + n * DAY // 20, "latency_ms": 800, "model": DEAR,
            "provider": "openai", "feature": feature, "input_tokens": 1000, "output_tokens": 100,
            "response_chars": 200, "prompt": f"{feature} {int(chance.paretovariate(0.7))}",
        }  # fmt: skip


def scores(chance):
    """Easy chats (difficulty under 0.5) are as good from the cheap model, hard ones never."""
    for n in range(0, 400, 2):
        hard = round(chance.random(), 1)
        yield {"request_id": f"r{n}", "model": "*", "score": hard}
        yield {"request_id": f"r{n}", "model": CHEAP, "score": int(hard < 0.5)}
        yield {"request_id": f"r{n}", "model": DEAR, "score": 1}


def make_log(database):
    load(database, "log.jsonl", log_rows(), ingest_file)
    return database


def add_scores(database):
    load(database, "scores.jsonl", scores(random.Random(7)), load_evals)
    return database


def load(db, name, rows, how):
    db.with_name(name).write_text("\n".join(map(json.dumps, rows)))
    with Store.open(db) as store:
        store.unlock_digests()
        how(store, db.with_name(name))


@contextmanager
def session_of(db):
    with Store.open(db, read_only=True) as store:
        yield store, Session(store, open_book())


def tuned(db, text, *, holdout=0.25, limits=None, least=None, folds=0, watch=NOBODY):
    limits = replace(limits or Limits(), least_quality=least)
    request = Request(text.encode(), "p.toml", limits, holdout, folds)
    with session_of(db) as (store, session):
        return tune_log(store, session, open_book(), request, watch)
