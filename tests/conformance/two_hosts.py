"""Spark's own cluster manager with two workers on two addresses of this machine.

Spark runs no second copy of a task on the host of the first; to it, two addresses are two hosts.
"""

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

_CLASS = "org.apache.spark.deploy.{0}.{1}"
_URL = re.compile(r"spark://127\.0\.0\.1:\d+")
_PATIENCE_S = 60


@contextmanager
def two_hosts(folder):
    """Give the URL of a master with a worker on each of two hosts, one core each."""
    with ExitStack() as running:
        log = folder / "master.log"
        running.enter_context(_daemon("master", "Master", "127.0.0.1", [], log))
        url = _said(log, _URL)
        for host in ("127.0.0.1", "127.0.0.2"):
            words = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder / host), url]
            log = folder / f"{host}.log"
            running.enter_context(_daemon("worker", "Worker", host, words, log))
            _said(log, re.compile("Successfully registered with master"))
        yield url


@contextmanager
def _daemon(package, name, host, words, log):
    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
    }
    command = [home / "bin" / "spark-class", _CLASS.format(package, name)]
    options = ["--host", host, "--port", "0", "--webui-port", "0", *words]
    with log.open("w") as out:
        process = subprocess.Popen([*command, *options], stdout=out, stderr=out, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)


def _said(log, wanted):
    """Wait until a daemon has said something; return it."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if found := wanted.search(log.read_text()):
            return found.group(0)
        time.sleep(0.1)
    raise AssertionError(f"{log.name}: {log.read_text()}")
