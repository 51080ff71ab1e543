"""The Spark runner conforms over executor processes, also where they die and tasks fail."""

import os
import signal

import pytest

from tests.conformance.case import assert_equal, expected, forty, of_frames, of_samples
from tests.conformance.on_spark import disturbed, executor_above, find_on
from tests.conformance.suite import RunnerConformance

pytestmark = pytest.mark.xdist_group("spark")

MASTER = "local-cluster[2,1,1024]"
# No second copy runs on the host of the first: what this shows is that the setting breaks nothing.
SPECULATION = {"spark.speculation": "true"}


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """One of the sample company's logs: about thirty files."""
    return of_samples(tmp_path_factory.mktemp("few"), ("canonical/*.gz",))


@pytest.fixture
def cluster(sessions):
    return sessions.of(MASTER, **SPECULATION)


class TestSparkCluster(RunnerConformance):
    worlds = 1

    @pytest.fixture(autouse=True)
    def _session(self, cluster):
        self.spark = cluster

    def find(self, case):
        return find_on(self.spark, case)

    @pytest.fixture
    def samples(self, few):
        return few


def kill_executor_or_fail(partition):
    """The first partition's worker kills the Java process above it; any other one fails."""
    if partition:
        raise RuntimeError("this task's first attempt fails")
    os.kill(executor_above()[0], signal.SIGKILL)


def attempts(folder):
    """Return how many attempts met each partition."""
    found = [path.name.split("-")[0] for path in folder.glob("*-*")]
    return {partition: found.count(partition) for partition in found}


def test_killed_executors_and_failed_tasks_change_nothing(cluster, tmp_path):
    case, _ = of_frames(tmp_path, forty("a"), forty("b"))
    told = tmp_path / "attempts"
    told.mkdir()
    found = find_on(
        cluster,
        case,
        disturb=lambda requests: disturbed(requests, str(told), kill_executor_or_fail),
    )
    assert_equal(found, expected(case))
    tried = attempts(told)
    assert len(tried) > 1
    assert all(count > 1 for count in tried.values())
