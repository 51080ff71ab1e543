"""The log that tuning is tested on, with scores and without."""

import pytest

from tests.tune import world


@pytest.fixture
def db(tmp_path):
    return world.make_log(tmp_path / "x.duckdb")


@pytest.fixture
def scored(db):
    return world.add_scores(db)
