"""A log with its prices, policy and evals, once as a database and once as a lake."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from analyzer.analyze import conclude, replay_log
from analyzer.commands.asking import question_of
from analyzer.export.parquet import to_parquet
from analyzer.findings import Findings
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.replay.partition import Sums
from analyzer.store import Store
from reports import json, report_json
from tests.laws.test_partitions import assert_same
from tests.strategies.written import canonical_jsonl, evals_jsonl, policy_toml, prices_toml

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_logs"
LOGS = ("canonical/*.gz", "litellm/*.gz", "openai_chat/*.gz")


@dataclass(frozen=True)
class Case:
    folder: Path
    policy: Path
    prices: tuple[str, ...] = ()
    evals: Path | None = None

    @property
    def database(self):
        return self.folder / "rebill.duckdb"

    @property
    def lake(self):
        return f"{self.folder}/lake/*.parquet"

    def question(self, store):
        return question_of(store, self.policy, self.prices, "requests")


@dataclass(frozen=True)
class Outcome:
    """What a runner found, but not where: files are told differently by a lake."""

    sums: Sums
    findings: Findings

    @classmethod
    def of(cls, tables, question, replayed):
        findings = conclude(tables, question, replayed)
        nowhere = replace(findings.provenance, sources=())
        return cls(replayed.replay.sums, replace(findings, provenance=nowhere))


def expected(case):
    """Return what the command line finds on this machine."""
    with Store.open(case.database, read_only=True) as store:
        question = case.question(store)
        return Outcome.of(store, question, replay_log(store, question))


def assert_equal(found, wanted):
    """Demand the same sums, findings and JSON."""
    assert_same(found.sums, wanted.sums)
    assert found.findings == wanted.findings
    for render in (json.render, report_json.render):
        assert render(found.findings) == render(wanted.findings)


@contextmanager
def of_world(world):
    """Give a case of a drawn world."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = {
            "log.jsonl": canonical_jsonl(world.requests),
            "prices.toml": prices_toml(world.prices),
            "policy.toml": policy_toml(world.policy),
            "evals.jsonl": evals_jsonl(world.evals),
        }
        for file, text in texts.items():
            (folder / file).write_text(text)
        evals = folder / "evals.jsonl" if world.evals else None
        prices = (str(folder / "prices.toml"),)
        case = Case(folder, folder / "policy.toml", prices, evals)
        fill(case, [folder / "log.jsonl"])
        yield case


def of_samples(folder, logs=LOGS):
    """Return the sample company's case: its requests, without the bills that tell them again."""
    case = Case(folder, SAMPLES / "policy.toml")
    fill(case, [path for pattern in logs for path in sorted(SAMPLES.glob(pattern))])
    return case


def fill(case, files):
    """Load files into a case's database, and write its lake."""
    with Store.open(case.database) as store:
        store.unlock_digests()
        for file in files:
            ingest_file(store, file)
        if case.evals:
            load_evals(store, case.evals)
        to_parquet(store, case.folder / "lake")


def of_frames(folder, *frames):
    """Return the case of a lake of one Parquet file a frame, and what ingest says of the last."""
    case = Case(folder, SAMPLES / "policy.toml")
    (folder / "lake").mkdir(exist_ok=True)
    with Store.open(case.database) as store:
        store.unlock_digests()
        for number, frame in enumerate(frames):
            path = folder / "lake" / f"log{number}.parquet"
            frame.write_parquet(path)
            account = ingest_file(store, path)
    return case, account


def forty(name):
    """Forty requests; some repeat the prompt of another within an hour."""
    start = datetime(2026, 9, 1, 8, tzinfo=UTC)
    return pl.DataFrame(
        [
            {
                "request_id": f"{name}{n}",
                "ts": start + timedelta(minutes=7 * n),
                "model": "gpt-4o",
                "feature": ("support_chat", "nightly_enrichment")[n % 2],
                "input_tokens": 1000 + n,
                "output_tokens": n,
                "latency_ms": 900,
                "prompt_chars": 4000,
                "prompt_key": f"p{n % 5}",
                "prefix_key": "x",
                "prefix_tokens": 500,
            }
            for n in range(40)
        ]
    )
