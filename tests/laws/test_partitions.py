"""However a log is cut, its sums are the same: by time, by cache key, by prefix."""

import pickle
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.replay import hits, stretches
from analyzer.replay.arrow import PACKED, sum_batches, whole_sums
from analyzer.replay.partition import add, replay
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.plan import plan
from analyzer.replay.requests import read_log
from analyzer.runners import local
from analyzer.store import Store
from tests.laws.test_laws import examples
from tests.strategies import worlds
from tests.strategies.written import canonical_jsonl, evals_jsonl, policy_toml, prices_toml


@contextmanager
def opened(world, files=1):
    """Give a database that holds the log in so many files, its policy, log and plan."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "prices.toml").write_text(prices_toml(world.prices))
        (folder / "policy.toml").write_text(policy_toml(world.policy))
        (folder / "evals.jsonl").write_text(evals_jsonl(world.evals))
        with Store.open(folder / "rebill.duckdb") as store:
            store.unlock_digests()
            for number in range(files):
                if rows := world.requests[number::files]:
                    (folder / f"log{number}.jsonl").write_text(canonical_jsonl(rows))
                    ingest_file(store, folder / f"log{number}.jsonl")
            if world.evals:
                load_evals(store, folder / "evals.jsonl")
            policy, _ = read_policy(folder / "policy.toml")
            book = open_book((str(folder / "prices.toml"),))
            log = read_log(store, policy, book, "policy.toml")
            yield store, policy, log, plan(policy, log)


def assert_same(found, expected):
    for name in ("cells", "tallies", "evals"):
        frames = [getattr(sums, name) for sums in (found, expected)]
        keys = [c for c in frames[0].columns if not c.startswith(("un", "cached", "write"))]
        assert_frame_equal(*(frame.sort(keys) for frame in frames))


with_requests = worlds().filter(lambda world: len(world.requests) > 1)


@examples(15)
@given(
    world=with_requests, rows=st.integers(1, 4), parts=st.integers(2, 64), threads=st.integers(1, 3)
)
def test_stretches_and_key_parts_add_up_to_the_whole(world, rows, parts, threads):
    with opened(world) as (store, policy, log, asked):
        whole = local.run(store, log, policy, asked, local.Sizes(1_000_000, 1, threads=1))
        cut = local.run(store, log, policy, asked, local.Sizes(rows, parts, threads))
    assert_same(cut, whole)


@examples(8)
@given(world=with_requests, files=st.integers(2, 4))
def test_files_that_overlap_in_time_are_replayed_as_one(world, files):
    with opened(world) as (store, policy, log, asked):
        whole = local.run(store, log, policy, asked)
    with opened(world, files) as (store, policy, log, asked):
        spread = local.run(store, log, policy, asked)
    assert_same(spread, whole)


@examples(8)
@given(world=with_requests, cut=st.integers(2, 5))
def test_a_partition_needs_only_the_requests_that_share_a_prefix(world, cut):
    with opened(world) as (store, policy, log, asked):
        whole = local.run(store, log, policy, asked)
        reader = stretches.Reader(store, log, lookback_us=0, request_ids=asked.needs_request_ids)
        everything = stretches.Stretch(log.window.start_us, log.window.end_us + 1)
        marked = hits.decide_hits(store, log, policy).mark(reader.read(everything))
        marked = PrefixPayers(asked).mark(marked)
    shard = pl.col("prefix_key").hash() % cut
    shards = marked.with_columns(shard=shard.fill_null(0)).partition_by("shard", include_key=False)
    parts = shards or [marked]
    assert_same(add(replay(part, asked) for part in parts), whole)
    sent = pickle.loads(pickle.dumps(asked))
    tables = [part.drop("row", "live", "day").to_arrow() for part in parts]
    made = (sum_batches(table.to_batches(), sent, rows_at_once=3) for table in tables)
    rows = pa.Table.from_batches([row for rows in made for row in rows], PACKED)
    assert_same(whole_sums(rows, tables[0].schema, sent), whole)
