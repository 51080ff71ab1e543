"""The benchmarks run: at a size that says nothing about speed, so nothing here is about speed."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from analyzer.store import Store
from bench import reevaluate, simulate
from bench.__main__ import BENCHMARKS
from bench.clock import command, in_turns
from bench.databases import database, forget
from bench.table import README, Options, Row, at_least, at_most, keep

SIZE = 2_000


def installed(package):
    return find_spec(package.replace("-", "_")) is not None


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    database(folder, SIZE)
    return Options(folder, (SIZE,), repeat=1)


def _count(path, sql):
    with Store.open(path, read_only=True) as store:
        return store.rows(sql)[0][0]


def test_a_database_is_loaded_whole_and_made_once(options):
    path = database(options.folder, SIZE)
    made = path.stat().st_mtime_ns
    assert _count(path, "SELECT count(*) FROM requests") == SIZE
    assert database(options.folder, SIZE).stat().st_mtime_ns == made


def test_simulate_measures_a_run_that_remembers_nothing(options):
    rows = list(simulate.measure(options))
    path = database(options.folder, SIZE)
    assert _count(path, "SELECT count(*) FROM kept_answers") > 1
    forget(path)
    assert _count(path, "SELECT count(*) FROM kept_answers") == 0
    assert [row.what for row in rows if "remembered" in row.what or "--help" in row.what]


def test_every_change_of_the_reevaluation_still_stands_in_the_policy(options):
    changes = len(reevaluate._ARITHMETIC) + len(reevaluate._REPLAYED)
    assert len(list(reevaluate.measure(options))) == 2 + changes


# What is not installed cannot be timed: libcachesim comes with the extra "bench" alone.
SIDES = [name for name in ("pricing", "ttl") if all(map(installed, BENCHMARKS[name]))]


@pytest.mark.parametrize("name", SIDES)
def test_both_sides_agree_before_they_are_timed(options, name):
    module = __import__(f"bench.{name}", fromlist=["measure"])
    told = " ".join(str(row) for row in module.measure(options))
    assert "equal to the pico-dollar" in told or ", both" in told


def test_every_benchmark_has_its_place_in_the_readme():
    page = README.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in page and f"<!-- /{name} -->" in page for name in BENCHMARKS)


def test_keep_changes_its_own_table_only(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- /x -->\n<!-- y -->\nhers\n<!-- /y -->\n")
    keep("x", r"new \1" + "\n", page)
    assert page.read_text() == (
        "a\n<!-- x -->\nnew \\1\n<!-- /x -->\n<!-- y -->\nhers\n<!-- /y -->\n"
    )
    with pytest.raises(SystemExit, match="no marks for z"):
        keep("z", "", page)


def test_a_missed_target_is_said():
    assert str(at_most("x", 3.2, 3, "s")) == "| x | 3.2 s |  | ≤ 3 s | **no** |"
    assert str(at_least("x", 1200, 1000)).endswith("| yes |")
    assert str(Row("x", "1 s", cpu="2 s")) == "| x | 1 s | 2 s |  |  |"


def test_a_side_that_fails_stops_the_run():
    with pytest.raises(SystemExit, match="failed"):
        command([sys.executable, "-c", "raise SystemExit(2)"])


def test_sides_take_turns():
    order = []
    in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, repeat=2)
    assert order == ["a", "b", "a", "b"]
