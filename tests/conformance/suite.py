"""What every runner must do; a runner's tests subclass it and say how it finds an outcome."""

from abc import ABC, abstractmethod

from hypothesis import given

from tests.conformance.case import assert_equal, expected, of_world
from tests.laws.test_laws import examples
from tests.laws.test_partitions import with_requests


class RunnerConformance(ABC):
    """Subclasses give ``find(case)``."""

    worlds = 6

    @abstractmethod
    def find(self, case):
        """Return what this runner finds of a case."""

    def test_property_test_logs(self):
        @examples(self.worlds)
        @given(world=with_requests)
        def law(world):
            with of_world(world) as case:
                assert_equal(self.find(case), expected(case))

        law()

    def test_sample_logs(self, samples):
        assert_equal(self.find(samples), expected(samples))
