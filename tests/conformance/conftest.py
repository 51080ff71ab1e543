"""The sample company's case, and Spark: one session at a time in a process."""

import pytest

from tests.conformance.case import of_samples
from tests.conformance.on_spark import Sessions


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    return of_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def sessions():
    found = Sessions()
    yield found
    found.stop()
