"""A mapping adds counts that a log keeps apart, such as thoughts beside the answer."""

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import ingest_file
from tests.mapped_log import write_jsonl, write_mapping

SUMS = (
    '[columns]\nts = "t"\nmodel = "m"\ninput_tokens = "i"\n'
    'output_tokens = { path = ["o", "thoughts"] }\n'
)
ROW = {"t": "2026-09-01T08:00:00Z", "m": "gemini-2.5-pro", "i": 100}


@pytest.mark.parametrize(
    ("counts", "output"),
    [({"o": 7, "thoughts": 30}, 37), ({"o": 7}, 7), ({"thoughts": "30.0"}, 30)],
)
def test_counts_are_added_and_one_may_be_missing(store, tmp_path, counts, output):
    rows = ({**ROW, **counts}, {**ROW, "t": 1, "o": 0, "thoughts": 0})
    ingest_file(store, write_jsonl(tmp_path, *rows), write_mapping(tmp_path, SUMS))
    assert store.rows("SELECT max(output_tokens) FROM requests") == [(output,)]


@pytest.mark.parametrize("counts", [{"o": 7, "thoughts": "many"}, {"o": -1, "thoughts": 30}, {}])
def test_a_sum_with_what_is_no_count_or_with_none_is_rejected(store, tmp_path, counts):
    rows = ({**ROW, **counts}, {**ROW, "o": 1, "thoughts": 2})
    account = ingest_file(store, write_jsonl(tmp_path, *rows), write_mapping(tmp_path, SUMS))
    assert (account.rows_loaded, account.rejects) == (1, 1)


def test_other_numbers_are_not_added(tmp_path):
    with pytest.raises(FormatError, match="or tokens to be added"):
        write_mapping(tmp_path, SUMS + 'logged_cost = { path = ["a", "b"] }\n')
