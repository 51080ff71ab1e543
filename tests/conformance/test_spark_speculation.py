"""A task that stands still is run a second time on another host, and nothing changes."""

import time

import pytest

from tests.conformance.case import assert_equal, expected, forty, of_frames
from tests.conformance.on_spark import disturbed, find_on
from tests.conformance.two_hosts import two_hosts

pytestmark = pytest.mark.xdist_group("spark")

SPECULATION = {
    "spark.speculation": "true",
    "spark.speculation.quantile": "0.1",
    "spark.speculation.multiplier": "1.1",
    "spark.executor.memory": "512m",
}


@pytest.fixture
def cluster(sessions, tmp_path):
    with two_hosts(tmp_path) as url:
        yield sessions.of(url, **SPECULATION)
        sessions.stop()


def stand_still(partition):
    """The first attempt of the first partition never answers: only another one can."""
    if not partition:
        time.sleep(600)


def test_a_second_copy_of_a_task_that_stands_still_changes_nothing(cluster, tmp_path):
    case, _ = of_frames(tmp_path, forty("a"), forty("b"))
    told = tmp_path / "attempts"
    told.mkdir()
    found = find_on(cluster, case, disturb=lambda rows: disturbed(rows, str(told), stand_still))
    assert_equal(found, expected(case))
    assert sorted(path.name for path in told.glob("0-*")) == ["0-0", "0-1"]
    assert {path.read_text() for path in told.glob("0-*")} == {"127.0.0.1", "127.0.0.2"}
