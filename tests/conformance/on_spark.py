"""How a test asks Spark: a session of its own settings, and sizes that cut small logs finely."""

import os
from pathlib import Path

from pyspark import TaskContext

from analyzer.analyze import replayed
from analyzer.lake.files import find_files
from analyzer.lake.session import start
from analyzer.lake.tables import open_lake
from analyzer.replay.contents import contents_of
from analyzer.replay.plan import plan
from analyzer.replay.requests import price_log
from analyzer.replay.same_money import read_held
from analyzer.replay.stretches import cut
from analyzer.runners.sizes import Sizes
from analyzer.runners.spark import run
from analyzer.store import Store
from tests.conformance.case import Outcome

# Logs of a few rows spend their time in planning and compiling, and none of it in computing.
SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # Java's second compiler takes longer than all that it would speed up.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


class Sessions:
    """The session of a process: the one that runs, or another where another is asked for."""

    def __init__(self):
        self.asked, self.running = None, None

    def of(self, master, **settings):
        if self.asked != (master, settings):
            self.stop()
            self.running, self.asked = start(master, {**SMALL, **settings}), (master, settings)
        return self.running

    def stop(self):
        if self.running is not None:
            self.running.stop()
        self.asked, self.running = None, None


SIZES = Sizes(rows_at_once=500, key_parts=3, stretch_rows=2000, prefix_parts=2)


def find_on(spark, case, *, files=None, sizes=SIZES, disturb=lambda requests: requests):
    """Return what Spark finds; ``disturb`` may change how requests reach the runner."""
    files = files or find_files(spark, case.lake)
    with open_lake(spark, files, case.evals) as (lake, _):
        with Store.open(case.database, read_only=True) as store:
            question = case.question(store)
        policy = question.policy
        contents = contents_of(lake, read_held(lake.side, "requests"))
        log = price_log(contents, policy, question.book, case.policy.name)
        asked = plan(policy, log)
        cuts = cut(lake, log, sizes.stretch_rows)
        requests = disturb(lake.replayed(log))
        sums = run(requests, log, policy, asked, cuts, sizes)
        return Outcome.of(lake, question, replayed(policy, log, asked, sums))


def disturbed(requests, folder, first_try):
    """Return the same requests; ``first_try`` meets each partition's first attempt once.

    Each attempt leaves a file ``PARTITION-ATTEMPT`` in the folder, which holds its host.
    """

    def passed(batches):
        task = TaskContext.get()
        told = Path(folder) / f"{task.partitionId()}-{task.attemptNumber()}"
        fresh = not told.exists()
        told.write_text(executor_above()[1])
        if task.attemptNumber() == 0 and fresh:
            first_try(task.partitionId())
        yield from batches

    return requests.mapInArrow(passed, requests.schema)


def executor_above():
    """Return the process of the executor above this Python worker, and its host."""
    pid = os.getppid()
    while True:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        if any("CoarseGrainedExecutorBackend" in word for word in words):
            return pid, words[words.index("--hostname") + 1]
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
