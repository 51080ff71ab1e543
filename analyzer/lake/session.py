"""Starts Spark, on this machine or on a cluster, with the settings that exact dollars need."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from analyzer.errors import RebillError

try:
    import pyspark
    from pyspark.sql import SparkSession
except ImportError as error:
    raise RebillError("Spark is not installed: pip install 'rebill[spark]'") from error

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # A sum that outgrows its type must stop the run.
    "spark.sql.ansi.enabled": "true",
    "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
    # Files tell their own columns; a folder's name must not replace one.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.sql.adaptive.coalescePartitions.enabled": "true",
    # Java compiles no method larger than this; Spark cuts its code smaller where it would be.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # A Python worker for each core: Polars needs no threads of its own beside them.
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
}
_ON_THIS_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}


def start(master: str | None = None, settings: Mapping[str, str] | None = None) -> SparkSession:
    """Return a session; without a master, on all cores here, or as ``spark-submit`` says.

    Raises:
        RebillError: there is no Java.
    """
    _find_java()
    here = master is None and "SPARK_ENV_LOADED" not in os.environ
    master = "local[*]" if here else master
    builder = SparkSession.builder.appName("rebill")
    wanted = dict(_SETTINGS)
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            wanted |= _ON_THIS_MACHINE | _workers_here()
    wanted["spark.ui.showConsoleProgress"] = str(sys.stderr.isatty()).lower()
    for name, value in (wanted | dict(settings or {})).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    # Its errors are raised as well; told twice they would quote the log.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    return session


def _find_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        raise RebillError(
            "Spark needs Java 17 or later: install a JRE (Debian: apt-get install "
            "openjdk-17-jre-headless), or set JAVA_HOME"
        )


def _workers_here() -> dict[str, str]:
    """Let workers on this machine run this Python with this rebill, also as own processes."""
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {"spark.executorEnv.PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
