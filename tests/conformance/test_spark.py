"""The Spark runner conforms on this machine, however finely it cuts."""

import pytest

from tests.conformance.on_spark import find_on
from tests.conformance.suite import RunnerConformance

pytestmark = pytest.mark.xdist_group("spark")


class TestSpark(RunnerConformance):
    worlds = 4

    @pytest.fixture(autouse=True)
    def _session(self, sessions):
        self.spark = sessions.of("local[2]")

    def find(self, case):
        return find_on(self.spark, case)
