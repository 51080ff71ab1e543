"""A task that stands still is run a second time on another host, and nothing changes."""

import time
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from tests.conformance.case import assert_equal, expected, of_frames
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


def log(name):
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


def stand_still(partition):
    """The first attempt of the first partition never answers: only another one can."""
    if not partition:
        time.sleep(600)


def test_a_second_copy_of_a_task_that_stands_still_changes_nothing(cluster, tmp_path):
    case, _ = of_frames(tmp_path, log("a"), log("b"))
    told = tmp_path / "attempts"
    told.mkdir()
    found = find_on(cluster, case, disturb=lambda rows: disturbed(rows, str(told), stand_still))
    assert_equal(found, expected(case))
    assert sorted(path.name for path in told.glob("0-*")) == ["0-0", "0-1"]
    assert {path.read_text() for path in told.glob("0-*")} == {"127.0.0.1", "127.0.0.2"}
