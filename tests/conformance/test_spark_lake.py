"""What a lake holds is read as ingest reads it: rejects, repeated ids, names, damaged files."""

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.errors import FormatError, RebillError
from analyzer.lake.files import find_files, naming_corrupt_files, without_corrupt
from analyzer.lake.session import start
from analyzer.lake.tables import open_lake
from analyzer.store import Store
from tests.conformance.case import SAMPLES, Case, assert_equal, expected, of_frames
from tests.conformance.on_spark import find_on

pytestmark = pytest.mark.xdist_group("spark")

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
GOOD = {
    "request_id": "a", "ts": AT, "model": "gpt-4o", "provider": "openai", "feature": "chat",
    "input_tokens": 100, "cached_input_tokens": 0, "output_tokens": 5, "latency_ms": 12.345,
    "prompt": "Say hello", "logged_cost": 0.25, "served_from_cache": "no", "status": 200,
}  # fmt: skip
BAD = (
    {"input_tokens": -1}, {"input_tokens": None}, {"cached_input_tokens": 101}, {"ts": None},
    {"latency_ms": -3.0}, {"served_from_cache": "perhaps"}, {"status": 42}, {"logged_cost": -1.0},
)  # fmt: skip


@pytest.fixture(scope="module")
def spark(sessions):
    return sessions.of("local[2]")


def lake_of(folder, rows):
    return of_frames(folder, pl.DataFrame(rows, infer_schema_length=None))


def test_rows_are_read_and_rejected_as_ingest_does(spark, tmp_path):
    good = [
        {**GOOD, "request_id": f"g{n}", "ts": AT.replace(minute=n), "prompt": f"Say {n % 3}"}
        for n in range(9)
    ]
    bad = [{**GOOD, **change, "request_id": f"b{n}"} for n, change in enumerate(BAD)]
    case, account = lake_of(tmp_path, [*good, *bad])
    with open_lake(spark, find_files(spark, case.lake)) as (_, found):
        assert found.rows == account.rows_in == 17
        assert found.requests == account.rows_loaded == 9
        with Store.open(case.database) as store:
            reasons = store.rows("SELECT reason, count(*) FROM rejects GROUP BY reason")
        assert sorted(found.rejects.values()) == sorted(count for _, count in reasons)
    assert_equal(find_on(spark, case), expected(case))


def test_a_lake_of_which_nothing_is_priced_is_told_as_a_database_is(spark, tmp_path):
    rows = [{**GOOD, "request_id": name, "model": "zz-ghost"} for name in "ab"]
    case, _ = lake_of(tmp_path, rows)
    assert_equal(find_on(spark, case), expected(case))


@pytest.mark.parametrize("ts", ["2026-09-01T08:00:00.000001Z", "1788249600.5", 1788249600.25])
def test_times_are_read_as_ingest_reads_them(spark, tmp_path, ts):
    case, account = lake_of(tmp_path, [{**GOOD, "ts": ts}])
    assert account.rows_loaded == 1
    with open_lake(spark, find_files(spark, case.lake)) as (lake, _):
        assert lake.query("logged_models")["first_ts_us"].to_list() == [account.first_ts_us]


def test_names_that_are_never_stored_are_never_shown(spark, tmp_path):
    rows = [{**GOOD, "feature": "jo@example.com"}, {**GOOD, "request_id": "b"}]
    case, _ = lake_of(tmp_path, rows)
    with open_lake(spark, find_files(spark, case.lake)) as (lake, _):
        chat, hidden = lake.query("logged_features")["feature"]
    assert chat == "chat"
    assert hidden.startswith("redacted-")


def many(count):
    return [
        {**GOOD, "request_id": f"g{n}", "ts": AT.replace(minute=n % 60), "prompt": f"Say {n}"}
        for n in range(count)
    ]


def test_of_a_repeated_id_the_first_row_counts(spark, tmp_path):
    rows = many(20)
    again = [{**row, "output_tokens": 1} for row in rows[:7]]
    case, _ = of_frames(tmp_path, pl.DataFrame(rows), pl.DataFrame(again))
    with open_lake(spark, find_files(spark, case.lake)) as (lake, account):
        assert (account.rows, account.requests, account.duplicates) == (27, 20, 7)
        models = lake.query("logged_models")
    with Store.open(case.database, read_only=True) as store:
        assert models.equals(store.query("logged_models"))


def test_a_lake_is_told_apart_by_its_rows_and_not_by_its_files(spark, tmp_path):
    def digest(name, *files):
        (tmp_path / name).mkdir()
        for number, rows in enumerate(files):
            pl.DataFrame(rows, schema_overrides=optional).write_parquet(
                tmp_path / name / f"{number}.parquet"
            )
        with open_lake(spark, find_files(spark, f"{tmp_path}/{name}/*.parquet")) as (_, account):
            return account.sha256

    optional = {"user": pl.String, "session": pl.String}
    plain = [{**row, "user": "u", "session": None} for row in many(4)]
    swapped = [{**plain[0], "user": None, "session": "u"}, *plain[1:]]
    dearer = [{**plain[0], "output_tokens": 6}, *plain[1:]]
    whole = digest("whole", plain)
    assert digest("cut", plain[2:], plain[:2]) == whole
    others = [digest("s", swapped), digest("d", dearer), digest("p", plain[1:])]
    assert len({whole, *others}) == 4


def test_files_that_disagree_about_a_column_are_told_in_a_line(spark, tmp_path):
    lake_of(tmp_path, [GOOD])
    narrow = pl.DataFrame([{**GOOD, "request_id": "b"}]).with_columns(
        pl.col("output_tokens").cast(pl.Int32)
    )
    narrow.write_parquet(tmp_path / "lake" / "narrow.parquet")
    with pytest.raises(FormatError, match=r"different types \(\w+ and \w+\): write it in one"):
        find_on(spark, Case(tmp_path, SAMPLES / "policy.toml"))


def cut_short(data):
    return data[: len(data) // 2]


def overwritten(data):
    return data[:200] + b"\0" * 4000 + data[4200:]


def emptied(data):
    return data[:0]


@pytest.mark.parametrize("how", [cut_short, overwritten, emptied])
def test_a_damaged_file_is_named_or_set_aside_whole(spark, tmp_path, how):
    rows = pl.DataFrame(many(900))
    case, _ = of_frames(tmp_path, rows[:300], rows[300:])
    path = tmp_path / "lake" / "log1.parquet"
    path.write_bytes(how(path.read_bytes()))
    files = find_files(spark, case.lake)
    with (
        pytest.raises(FormatError, match="--set-aside-corrupt") as caught,
        naming_corrupt_files(),
        open_lake(spark, files),
    ):
        pass
    assert str(path) in str(caught.value)
    kept = without_corrupt(spark, files)
    assert [name.rsplit("/", 1)[1] for name in kept.set_aside] == ["log1.parquet"]
    with open_lake(spark, kept) as (_, account):
        assert account.requests == 300


def test_the_command_line_says_the_same_on_both_engines(spark, tmp_path):
    rows = [{**GOOD, "request_id": f"g{n}", "ts": AT.replace(minute=n)} for n in range(9)]
    case, _ = lake_of(tmp_path, rows)
    page = tmp_path / "report.html"

    def say(*words):
        done = CliRunner().invoke(cli, [*words[:1], "--policy", str(case.policy), *words[1:]])
        assert done.exit_code == 0, done.output
        return done

    lake = ("--engine", "spark", "--input", case.lake)
    here = say("simulate", "--db", str(case.database), "--json")
    there = say("simulate", *lake, "--json")
    assert json.loads(there.stdout) == json.loads(here.stdout)
    assert "9 requests in 1 file" in there.stderr
    say("report", *lake, "-o", str(page))
    assert "1 Parquet file" in page.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--engine", "spark"], "reads --input"),
        (["--input", "lake/*.parquet"], "belong to --engine spark"),
        (["--evals", "scores.csv"], "rebill evals load"),
    ],
)
def test_options_that_contradict_each_other_are_refused(words, said):
    done = CliRunner().invoke(cli, ["simulate", "--policy", "policy.toml", *words])
    assert done.exit_code == 2
    assert said in done.output


def test_no_file_and_no_java_are_told_in_a_line(spark, tmp_path, monkeypatch):
    with pytest.raises(FormatError, match="no file there"):
        find_files(spark, f"{tmp_path}/*.parquet")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(RebillError, match="needs Java 17"):
        start()
