"""The real tool behind the oracle's signature: files in, ingest, a real database, findings out."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import reject

from analyzer.commands.asking import find
from analyzer.findings import Tally
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.store import Store
from tests.strategies.written import (
    canonical_jsonl,
    evals_jsonl,
    policy_toml,
    prices_toml,
    usage_csv,
)

FIGURES = tuple(Tally.__dataclass_fields__)


def simulate(requests, prices, policy, evals, buckets=(), prefer="requests"):
    """Return what rebill finds, shaped as the oracle shapes it."""
    if not (requests or buckets):
        reject()
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = {
            "log.jsonl": canonical_jsonl(requests),
            "usage.csv": usage_csv(buckets),
            "prices.toml": prices_toml(prices),
            "policy.toml": policy_toml(policy),
            "evals.jsonl": evals_jsonl(evals),
        }
        for file, text in texts.items():
            (folder / file).write_text(text)
        with Store.open(folder / "rebill.duckdb") as store:
            store.unlock_digests()
            for file, rows in (("log.jsonl", requests), ("usage.csv", buckets)):
                if rows:
                    account = ingest_file(store, folder / file)
                    assert account.rows_loaded == len(rows), account.reasons
            if evals:
                load_evals(store, folder / "evals.jsonl")
        found = find(
            folder / "rebill.duckdb",
            folder / "policy.toml",
            (str(folder / "prices.toml"),),
            preferred=prefer,
        )
    return as_dict(found)


def as_dict(found):
    """Return findings as the oracle's dictionary: every exact figure, no estimate."""
    coverage = found.coverage
    return {
        "price_date": found.price_date,
        "coverage": {
            "requests": coverage.requests,
            "priced_requests": coverage.priced_requests,
            "unpriced_requests": coverage.unpriced_requests,
            "unpriced_tokens": coverage.unpriced_tokens,
            "unpriced_models": {model.model: model.requests for model in coverage.unpriced},
            "failed_requests": coverage.failed_requests,
            "cacheable_requests": coverage.cacheable_requests,
            "scored_requests": coverage.scored_requests,
            "already_cached": coverage.already_cached,
            "bucket_requests": coverage.bucket_requests,
        },
        "skipped_on_totals": {
            (skip.lever, skip.feature): True
            for skip in coverage.skipped
            if skip.missing.endswith("usage totals")
        },
        "billed_pico_usd": found.billed_pico_usd,
        "steps": [
            {
                "lever": step.lever,
                **tally(step.total),
                "features": {name: tally(part) for name, part in step.features.items()},
            }
            for step in found.steps
        ],
        "attribution": {
            share.lever: {
                "shapley_pico_usd": share.shapley_pico_usd,
                "alone_pico_usd": share.alone_pico_usd,
                "least_pico_usd": share.least_pico_usd,
                "most_pico_usd": share.most_pico_usd,
                "features": {
                    name: {"shapley_pico_usd": pico} for name, pico in share.features.items()
                },
            }
            for share in found.attribution
        },
    }


def tally(figures):
    return {name: getattr(figures, name) for name in FIGURES}
