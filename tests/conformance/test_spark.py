"""The Spark runner conforms on this machine, however finely it cuts."""

import pytest

from analyzer.runners.spark import Sizes
from tests.conformance import on_spark
from tests.conformance.suite import RunnerConformance

pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(scope="module")
def spark():
    with on_spark.session("local[2]") as session:
        yield session


class TestSpark(RunnerConformance):
    @pytest.fixture(autouse=True)
    def _session(self, spark):
        self.spark = spark

    def find(self, case):
        sizes = Sizes(rows_at_once=500, key_parts=3, stretch_rows=2000, prefix_parts=2)
        return on_spark.find_on(self.spark, case, sizes)
