"""The local runner conforms, whole and cut into 8 and 64 partitions."""

import pytest

from analyzer.analyze import replayed
from analyzer.replay.plan import plan
from analyzer.replay.requests import read_log
from analyzer.replay.stretches import Reader
from analyzer.runners import local
from analyzer.store import Store
from tests.conformance.case import Outcome, assert_equal, expected
from tests.conformance.suite import RunnerConformance


class Local(RunnerConformance):
    partitions: int

    def find(self, case):
        with Store.open(case.database, read_only=True) as store:
            question = case.question(store)
            log = read_log(store, question.policy, question.book, case.policy.name)
            asked = plan(question.policy, log)
            rows = -(-log.total_requests // self.partitions)
            sizes = local.Sizes(rows, self.partitions)
            sums = local.run(store, log, question.policy, asked, sizes)
            return Outcome.of(store, question, replayed(question.policy, log, asked, sums))


class TestOnePartition(Local):
    partitions = 1


class TestEightPartitions(Local):
    partitions = 8


class TestSixtyFourPartitions(Local):
    partitions = 64


def test_the_suite_notices_a_lost_request(samples, monkeypatch):
    wanted, read = expected(samples), Reader.read
    monkeypatch.setattr(Reader, "read", lambda *asked: read(*asked)[:-1])
    with pytest.raises(AssertionError):
        assert_equal(TestOnePartition().find(samples), wanted)
