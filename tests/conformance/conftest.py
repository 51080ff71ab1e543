"""The sample company's case, and Spark: one session at a time in a process."""

import pytest

from tests.conformance.case import of_samples


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    return of_samples(tmp_path_factory.mktemp("samples"))
