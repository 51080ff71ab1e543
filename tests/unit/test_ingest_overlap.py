"""The same money is never loaded twice, and what was loaded can be taken out whole."""

from __future__ import annotations

import json
import time

import pytest

from analyzer.errors import FormatError, StoreError
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.overlap import Older
from analyzer.ingest.remove import remove

DAY = 86_400
FIRST = 1_788_220_800  # 2026-09-01
HEADER = "start_time,end_time,start_time_iso,num_model_requests,project_id,api_key_id,model,batch,"
HEADER += "input_tokens,output_tokens\n"
COSTS = "start_time,end_time,amount_value,amount_currency,line_item,project_id\n"
REQUEST = {"ts": FIRST, "model": "gpt-4o", "input_tokens": 100, "output_tokens": 5}
TABLES = ("requests", "usage_buckets", "charges", "rejects", "sources", "copies", "groupings")


def usage(path, days, *, project="", key="", model="gpt-4o", width=DAY, tokens=1000):
    starts = [FIRST + day * DAY for day in days]
    rows = (f"{s},{s + width},x,10,{project},{key},{model},False,{tokens},50\n" for s in starts)
    path.write_text(HEADER + "".join(rows))
    return path


def costs(path, days, line_item="gpt-4o, input", project=""):
    starts = [FIRST + day * DAY for day in days]
    rows = (f'{s},{s + DAY},1.5,usd,"{line_item}",{project}\n' for s in starts)
    path.write_text(COSTS + "".join(rows))
    return path


def replacing():
    return Wish(replace=Older(time.time_ns() // 1000))


def held(store):
    return {name: store.rows(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}


def test_usage_grouped_otherwise_over_the_same_days_is_refused(store, tmp_path):
    ingest_file(store, usage(tmp_path / "models.csv", range(10)))
    before = held(store)
    with pytest.raises(FormatError) as caught:
        ingest_file(store, usage(tmp_path / "projects.csv", range(5, 20), project="proj_a"))
    assert str(caught.value) == (
        f"{tmp_path / 'projects.csv'}: models.csv holds openai's money of 2026-09-06 to 2026-09-10 "
        "already, grouped otherwise or exported elsewhere, and it would count twice: load with "
        "--replace to take models.csv out first, or load into a new --db"
    )
    assert held(store) == before


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"days": range(10, 20), "project": "proj_a"}, "other days"),
        ({"days": range(10), "project": "proj_a", "model": "gpt-4o-mini"}, "another model"),
    ],
)
def test_other_days_and_other_models_are_other_money(store, tmp_path, second, why):
    ingest_file(store, usage(tmp_path / "a.csv", range(10)))
    days = second.pop("days")
    assert ingest_file(store, usage(tmp_path / "b.csv", days, **second)).rows_loaded == 10, why


def test_the_same_grouping_adds_other_rows_and_knows_equal_ones(store, tmp_path):
    ingest_file(store, usage(tmp_path / "a.csv", range(10), project="proj_a"))
    other = ingest_file(store, usage(tmp_path / "b.csv", range(10), project="proj_b"))
    assert (other.rows_loaded, other.duplicates) == (10, 0)
    later = ingest_file(store, usage(tmp_path / "c.csv", range(5, 15), project="proj_a"))
    assert (later.rows_loaded, later.duplicates) == (5, 5)


def test_hours_of_a_day_that_is_loaded_are_refused(store, tmp_path):
    ingest_file(store, usage(tmp_path / "days.csv", range(3)))
    with pytest.raises(FormatError, match=r"days\.csv holds openai's money of 2026-09-02 already"):
        ingest_file(store, usage(tmp_path / "hours.csv", [1], width=3600))


def test_one_model_is_known_by_its_other_names(store, tmp_path):
    ingest_file(store, usage(tmp_path / "a.csv", range(3), model="gpt-4o"))
    with pytest.raises(FormatError, match=r"a\.csv holds"):
        ingest_file(store, usage(tmp_path / "b.csv", range(3), project="p", model="openai/gpt-4o"))


def test_charges_grouped_otherwise_are_refused(store, tmp_path):
    ingest_file(store, costs(tmp_path / "a.csv", range(5)))
    with pytest.raises(FormatError, match=r"a\.csv holds openai's money of 2026-09-03"):
        ingest_file(store, costs(tmp_path / "b.csv", range(2, 3), project="proj_a"))


def test_replace_takes_the_other_export_out_first_and_says_so(store, tmp_path):
    ingest_file(store, usage(tmp_path / "models.csv", range(10)))
    account = ingest_file(
        store, usage(tmp_path / "projects.csv", range(10), project="proj_a"), replacing()
    )
    assert account.rows_loaded == 10
    assert account.notes[0] == (
        "took the place of models.csv, with its 10 rows of 2026-09-01 to 2026-09-10"
    )
    assert store.rows("SELECT file FROM sources") == [("projects.csv",)]
    assert store.rows("SELECT DISTINCT feature FROM usage_buckets") == [("proj_a",)]


def test_replace_takes_a_newer_download_with_other_figures(store, tmp_path):
    ingest_file(store, usage(tmp_path / "monday.csv", range(3), tokens=1000))
    kept = ingest_file(store, usage(tmp_path / "tuesday.csv", range(3), tokens=1500))
    assert kept.rows_loaded == 0
    assert "load the newer export with --replace" in kept.notes[0]
    remove(store, ["tuesday.csv"])
    account = ingest_file(store, tmp_path / "tuesday.csv", replacing())
    assert account.rows_loaded == 3
    assert store.rows("SELECT sum(input_tokens)::BIGINT FROM usage_buckets") == [(4500,)]


def test_replace_takes_a_log_of_the_same_name_but_none_of_the_same_command(store, tmp_path):
    first, second = tmp_path / "old" / "log.jsonl", tmp_path / "new" / "log.jsonl"
    for path, rows in ((first, 1), (second, 2)):
        path.parent.mkdir()
        path.write_text("".join(json.dumps({**REQUEST, "user": n}) + "\n" for n in range(rows)))
    together = replacing()
    ingest_file(store, first, together)
    assert ingest_file(store, second, together).notes == ()
    third = tmp_path / "log.jsonl"
    third.write_text(json.dumps({**REQUEST, "user": "z"}) + "\n")
    with pytest.raises(StoreError, match="2 loaded files have this name"):
        remove(store, ["log.jsonl"])
    assert len(ingest_file(store, third, replacing()).notes) == 2
    assert held(store)["requests"] == 1


def test_a_removed_file_leaves_nothing_and_loads_again(store, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(REQUEST) + '\n{"ts": "bad"}\n')
    account = ingest_file(store, path)
    ingest_file(store, usage(tmp_path / "usage.csv", range(3)))
    both = held(store)
    gone = remove(store, ["log.jsonl"])
    assert [(one.file, one.rows) for one in gone] == [("log.jsonl", 1)]
    assert held(store) == {**both, "requests": 0, "rejects": 0, "sources": 1}
    assert ingest_file(store, path) == account
    remove(store, [account.sha256[:8], "usage.csv"])
    assert set(held(store).values()) == {0}


def test_a_file_that_another_one_needs_is_not_removed_alone(store, tmp_path):
    """Its rows stand for the copies in the other file, which would be lost with them."""
    rows = [{**REQUEST, "request_id": f"r{n}"} for n in range(4)]
    for name, part in (("a.jsonl", rows[:3]), ("b.jsonl", rows[1:])):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in part))
        ingest_file(store, tmp_path / name)
    before = held(store)
    with pytest.raises(StoreError) as caught:
        remove(store, ["a.jsonl"])
    assert str(caught.value) == (
        "a.jsonl: 2 rows of b.jsonl were left out as copies of its rows and would be missing: "
        "rebill sources remove a.jsonl b.jsonl, then load b.jsonl again"
    )
    assert held(store) == before
    remove(store, ["a.jsonl", "b.jsonl"])
    assert ingest_file(store, tmp_path / "b.jsonl").rows_loaded == 3


def test_a_name_that_is_not_loaded_is_said_and_nothing_goes(store, tmp_path):
    ingest_file(store, usage(tmp_path / "usage.csv", range(3)))
    with pytest.raises(StoreError, match=r"nope\.csv: no file of this name is loaded"):
        remove(store, ["usage.csv", "nope.csv"])
    assert held(store)["usage_buckets"] == 3
