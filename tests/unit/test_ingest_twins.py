"""Two logs of the same calls under other ids: the second one is told of, not added in silence."""

from __future__ import annotations

import gzip
import json

import pytest

from analyzer.commands.asking import sources_of
from analyzer.ingest.load import ingest_file
from analyzer.ingest.remove import remove


def write(tmp_path, name, *, calls=12, second=0, tokens=100, ids="a"):
    """One call a minute, at some second of it."""
    rows = [
        {
            "request_id": f"{ids}{n}", "ts": f"2026-09-01T08:{n:02d}:{second:02d}.25Z",
            "model": "gpt-4o", "input_tokens": tokens + n, "output_tokens": 10,
        }
        for n in range(calls)
    ]  # fmt: skip
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_calls_told_a_second_time_under_other_ids_are_told_of(store, tmp_path):
    ingest_file(store, write(tmp_path, "gateway.jsonl"))
    account = ingest_file(store, write(tmp_path, "tracer.jsonl", ids="b"))
    (note,) = account.notes
    assert note.startswith("12 of its 12 requests have the second and the token counts")
    assert "gateway.jsonl" in note
    assert "rebill sources remove" in note


@pytest.mark.parametrize("other", [{"second": 30}, {"tokens": 5000}])
def test_calls_of_another_time_or_size_are_not(store, tmp_path, other):
    ingest_file(store, write(tmp_path, "gateway.jsonl"))
    assert ingest_file(store, write(tmp_path, "tracer.jsonl", ids="b", **other)).notes == ()


def test_a_few_alike_among_many_of_the_same_time_are_chance(store, tmp_path):
    """5 of 12 are alike: less than half."""
    few = write(tmp_path, "few.jsonl", calls=5).read_text()
    other = write(tmp_path, "other.jsonl", tokens=5000, ids="c").read_text().splitlines()[5:]
    (tmp_path / "gateway.jsonl").write_text(few + "\n".join(other) + "\n")
    ingest_file(store, tmp_path / "gateway.jsonl")
    assert ingest_file(store, write(tmp_path, "tracer.jsonl", ids="b")).notes == ()


def test_two_downloads_that_share_their_first_hour_are_told_of(store, tmp_path):
    """All that both could tell of is alike: 12 calls of 50."""
    ingest_file(store, write(tmp_path, "day.jsonl"))
    (note,) = ingest_file(store, write(tmp_path, "next.jsonl", calls=50, ids="b")).notes
    assert note.startswith("12 of its 50 requests have the second")


def test_a_packed_copy_of_a_log_without_ids_is_the_same_log(store, tmp_path):
    rows = [json.loads(line) for line in write(tmp_path, "log.jsonl").read_text().splitlines()]
    bare = "".join(json.dumps({k: v for k, v in row.items() if k != "request_id"}) + "\n"
                   for row in rows)  # fmt: skip
    (tmp_path / "bare.jsonl").write_text(bare)
    (tmp_path / "bare.jsonl.gz").write_bytes(gzip.compress(bare.encode()))
    assert ingest_file(store, tmp_path / "bare.jsonl").rows_loaded == 12
    packed = ingest_file(store, tmp_path / "bare.jsonl.gz")
    assert (packed.rows_loaded, packed.duplicates) == (0, 12)


def test_a_short_file_told_whole_again_is_told_of(store, tmp_path):
    ingest_file(store, write(tmp_path, "log.jsonl", calls=2))
    (note,) = ingest_file(store, write(tmp_path, "again.jsonl", calls=2, ids="b")).notes
    assert note.startswith("2 of its 2 requests have the second")


def test_an_id_that_tells_another_call_is_not_dropped_in_silence(store, tmp_path):
    ingest_file(store, write(tmp_path, "one.jsonl"))
    same = ingest_file(store, write(tmp_path, "copy.jsonl", calls=11))
    other = ingest_file(store, write(tmp_path, "other.jsonl", tokens=5000))
    assert same.duplicates == 11
    assert same.notes == ()
    assert other.duplicates == 12
    (note,) = other.notes
    assert note.startswith("12 rows with a request_id seen before but another model")
    assert "--mapping" in note


def test_what_was_noticed_stands_with_its_file_until_the_file_goes(store, tmp_path):
    """Also an older database, which has no place for notes, is read."""
    ingest_file(store, write(tmp_path, "gateway.jsonl"))
    said = ingest_file(store, write(tmp_path, "tracer.jsonl", ids="b")).notes
    assert [source.notes for source in sources_of(store)] == [(), said]
    remove(store, ["tracer.jsonl"])
    assert [source.notes for source in sources_of(store)] == [()]
    assert store.rows("SELECT count(*) FROM source_notes") == [(0,)]
    store.rows("DROP TABLE source_notes")
    assert [source.notes for source in sources_of(store)] == [()]


def test_the_file_that_most_calls_are_shared_with_is_named(store, tmp_path):
    """A file of one call, which is alike by chance or not, hides no other."""
    ingest_file(store, write(tmp_path, "big.jsonl"))
    ingest_file(store, write(tmp_path, "tiny.jsonl", calls=1, ids="c"))
    (note,) = ingest_file(store, write(tmp_path, "again.jsonl", ids="b")).notes
    assert note.startswith("12 of its 12 requests")
    assert "big.jsonl" in note


def test_one_call_alike_where_two_files_touch_is_chance(store, tmp_path):
    ingest_file(store, write(tmp_path, "one.jsonl", calls=1))
    assert ingest_file(store, write(tmp_path, "next.jsonl", ids="b")).notes == ()
