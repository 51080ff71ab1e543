"""An empty database of its own for each test."""

from __future__ import annotations

import pytest

from analyzer.store import Store


@pytest.fixture
def store(tmp_path):
    """A new database, ready to ingest."""
    with Store.open(tmp_path / "test.duckdb") as opened:
        opened.unlock_digests()
        yield opened
