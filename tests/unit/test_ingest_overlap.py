"""The same money is never loaded twice, and what was loaded can be taken out whole."""

from __future__ import annotations

import json
import time
from dataclasses import replace

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
        "--replace to take models.csv out first, with --other-money where it is another account's "
        "or team's, or load into a new --db"
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


TEAM = "Start Date,End Date,Team ID,Team,User ID,User,Spend (USD),Requests,Prompt Tokens,"
TEAM += "Completion Tokens\n"


def team_spend(path, last_day, spend="5"):
    path.write_text(f"{TEAM}2026-09-01,2026-09-{last_day:02},t1,search,u1,,{spend},10,1000,50\n")
    return path


def test_totals_without_a_model_hold_those_of_every_model(store, tmp_path):
    by_model = tmp_path / "daily_with_models.csv"
    by_model.write_text(
        "date,entity_id,entity_alias,model,spend,flat_cost,prompt_tokens,completion_tokens,"
        "api_requests,successful_requests,failed_requests,cache_read_input_tokens,"
        "cache_creation_input_tokens\n2026-09-02,t1,search,gpt-4o,5,0.0,1000,50,10,10,0,,\n"
    )
    ingest_file(store, by_model)
    with pytest.raises(FormatError, match=r"daily_with_models\.csv holds litellm's money"):
        ingest_file(store, team_spend(tmp_path / "team_user_spend.csv", 4))


def test_the_same_totals_over_a_longer_time_are_refused_until_they_replace(store, tmp_path):
    ingest_file(store, team_spend(tmp_path / "four.csv", 4))
    with pytest.raises(FormatError) as caught:
        ingest_file(store, team_spend(tmp_path / "five.csv", 5, "6"))
    assert "four.csv holds litellm's money of 2026-09-01 to 2026-09-04 already, in other per" in (
        str(caught.value)
    )
    account = ingest_file(store, tmp_path / "five.csv", replacing())
    assert account.notes[0].startswith("took the place of four.csv")
    assert store.rows("SELECT sum(logged_cost_pico)::BIGINT FROM usage_buckets") == [(6 * 10**12,)]


def test_charges_of_a_month_to_date_do_not_join_those_of_the_month(store, tmp_path):
    first = costs(tmp_path / "a.csv", [0])
    longer = tmp_path / "b.csv"
    longer.write_text(first.read_text().replace(f",{FIRST + DAY},", f",{FIRST + 3 * DAY},"))
    longer.write_text(COSTS + f'{FIRST},{FIRST + 3 * DAY},4,usd,"gpt-4o, input",\n')
    ingest_file(store, first)
    with pytest.raises(FormatError, match=r"a\.csv holds openai's money of 2026-09-01 already"):
        ingest_file(store, longer)
    assert ingest_file(store, longer, replacing()).rows_loaded == 1
    assert store.rows("SELECT sum(cost_pico)::BIGINT FROM charges") == [(4 * 10**12,)]


def test_a_longer_time_of_other_names_is_other_money(store, tmp_path):
    """Two teams of one name are two teams: the id tells."""
    ingest_file(store, team_spend(tmp_path / "four.csv", 4))
    other = team_spend(tmp_path / "five.csv", 5)
    other.write_text(other.read_text().replace(",t1,", ",t2,"))
    assert ingest_file(store, other).rows_loaded == 1


def test_a_row_put_between_two_of_one_name_is_the_new_one(store, tmp_path):
    """Nothing but figures tells such rows apart: those that were there are known by them."""
    path, line = tmp_path / "costs.csv", f'{FIRST},{FIRST + DAY},%s,usd,"gpt-4o, input",\n'
    path.write_text(COSTS + line % 3 + line % 5)
    ingest_file(store, path)
    path.write_text(COSTS + line % 3 + line % 4 + line % 5)
    account = ingest_file(store, path)
    assert (account.rows_loaded, account.duplicates, account.notes) == (1, 2, ())
    assert store.rows("SELECT sum(cost_pico)::BIGINT FROM charges") == [(12 * 10**12,)]
    path.write_text(COSTS + line % 3 + line % 9)
    changed = ingest_file(store, path)
    assert (changed.rows_loaded, changed.duplicates) == (0, 2)
    assert changed.notes[0].startswith("1 row already loaded with other figures")


def test_rows_that_stand_twice_are_counted_once_with_a_word_about_their_dollars(store, tmp_path):
    path, line = tmp_path / "costs.csv", f'{FIRST},{FIRST + DAY},2.5,usd,"gpt-4o, input",\n'
    path.write_text(COSTS + line * 3)
    account = ingest_file(store, path)
    assert (account.rows_loaded, account.duplicates) == (1, 2)
    assert account.notes == (
        "2 rows word for word as above in this file: each is counted once, which leaves out $5.00; "
        "where they are rows of their own, add a column that tells them apart",
    )


def test_counts_of_requests_and_logged_costs_are_figures_too(store, tmp_path):
    ingest_file(store, team_spend(tmp_path / "a.csv", 4))
    later = ingest_file(store, team_spend(tmp_path / "b.csv", 4, "6"))
    assert later.notes[0].startswith("1 row already loaded with other figures")


def test_bytes_that_are_to_be_read_otherwise_replace_themselves(store, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({**REQUEST, "team": "search"}) + "\n")
    ingest_file(store, path)
    otherwise = Wish(feature="team")
    assert ingest_file(store, path, otherwise).already_loaded
    assert ingest_file(store, path, replacing()).already_loaded
    again = ingest_file(store, path, replace(otherwise, replace=Older(time.time_ns() // 1000)))
    assert again.notes == ("took the place of log.jsonl, with its 1 row of 2026-09-01",)
    assert store.rows("SELECT feature FROM requests") == [("search",)]


EXPORT = (
    "date,entity_id,entity_alias,model,spend,flat_cost,prompt_tokens,completion_tokens,"
    "api_requests,successful_requests,failed_requests,cache_read_input_tokens,"
    "cache_creation_input_tokens\n2026-09-02,{entity},,gpt-4o,5,0.0,1000,50,10,10,0,,\n"
)


def test_one_gateway_grouped_by_teams_and_by_customers_is_the_same_money(store, tmp_path):
    """Their columns are the same ones: only the files' names tell."""
    for kind, entity in (("team", "t1"), ("customer", "c1"), ("team", "t2")):
        path = tmp_path / f"{kind}_usage 2026-09-01-{entity}.csv"
        path.write_text(EXPORT.format(entity=entity))
        if kind == "team":
            assert ingest_file(store, path).rows_loaded == 1
            continue
        with pytest.raises(FormatError, match="grouped otherwise"):
            ingest_file(store, path)


def test_money_that_the_user_knows_to_be_other_is_loaded_beside(store, tmp_path):
    ingest_file(store, usage(tmp_path / "a.csv", range(3)))
    other = usage(tmp_path / "b.csv", range(3), project="proj_of_another_account")
    account = ingest_file(store, other, Wish(is_other_money=True))
    assert account.rows_loaded == 3
    assert "what this file tells is other money, as --other-money says" in account.notes[0]


def test_replace_takes_no_money_out_that_the_new_file_does_not_tell(store, tmp_path):
    """A corrected export dropped it, or it is another team's: the user knows which."""
    both, one = ["gpt-4o, input", "gpt-4o, credit reversed"], ["gpt-4o, input"]
    for name, items in (("first.csv", both), ("corrected.csv", one)):
        rows = [f'{FIRST},{FIRST + DAY},5,usd,"{item}",\n' for item in items]
        (tmp_path / name).write_text(COSTS + "".join(rows))
    ingest_file(store, tmp_path / "first.csv")
    with pytest.raises(FormatError) as caught:
        ingest_file(store, tmp_path / "corrected.csv", replacing())
    assert (
        "first.csv would give way, and 1 of its rows ($5.00), of 2026-09-01, are not in this file: "
        "where they are to go, rebill sources remove first.csv first" in str(caught.value)
    )
    remove(store, ["first.csv"])
    ingest_file(store, tmp_path / "corrected.csv", replacing())
    assert store.rows("SELECT line_item FROM charges") == [("gpt-4o, input",)]


def test_replace_by_another_grouping_takes_out_no_days_that_it_does_not_tell(store, tmp_path):
    ingest_file(store, usage(tmp_path / "models.csv", range(10)))
    projects = usage(tmp_path / "projects.csv", range(5, 15), project="proj_a")
    with pytest.raises(FormatError, match="5 of its rows, of 2026-09-01 to 2026-09-05, are not in"):
        ingest_file(store, projects, replacing())
    assert held(store)["usage_buckets"] == 10


def test_rows_of_other_money_are_no_copies(store, tmp_path):
    """Nothing in two accounts' exports tells them apart, and some of their days are equal."""
    ingest_file(store, usage(tmp_path / "a.csv", range(2)))
    other = usage(tmp_path / "b.csv", range(3))
    account = ingest_file(store, other, Wish(is_other_money=True))
    assert (account.rows_loaded, account.duplicates) == (3, 0)
    assert store.rows("SELECT count(DISTINCT natural_key) FROM usage_buckets") == [(5,)]


def test_bytes_whose_rows_were_left_out_as_copies_load_with_replace(store, tmp_path):
    ingest_file(store, usage(tmp_path / "monday.csv", range(3), tokens=1000))
    ingest_file(store, usage(tmp_path / "tuesday.csv", range(3), tokens=1500))
    account = ingest_file(store, tmp_path / "tuesday.csv", replacing())
    assert account.rows_loaded == 3
    assert store.rows("SELECT sum(input_tokens)::BIGINT FROM usage_buckets") == [(4500,)]


def test_a_file_that_cannot_give_way_is_named_with_the_mend(store, tmp_path):
    rows = [{**REQUEST, "request_id": f"r{n}"} for n in range(4)]
    for name, part in (("a.jsonl", rows[:3]), ("b.jsonl", rows[1:])):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in part))
        ingest_file(store, tmp_path / name)
    (tmp_path / "a.jsonl").write_text(json.dumps(rows[0]) + "\n")
    with pytest.raises(FormatError, match=r"a\.jsonl: .*rebill sources remove a\.jsonl b\.jsonl"):
        ingest_file(store, tmp_path / "a.jsonl", replacing())


@pytest.mark.parametrize("second", ["Acme-7B", "openai/acme-7b"])
def test_a_model_that_no_table_lists_is_known_by_its_spellings(store, tmp_path, second):
    ingest_file(store, usage(tmp_path / "a.csv", range(3), model="acme-7b"))
    with pytest.raises(FormatError, match=r"a\.csv holds"):
        ingest_file(store, usage(tmp_path / "b.csv", range(3), project="p", model=second))
