"""Finds the Parquet files of a lake, and names the ones that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from analyzer.errors import FormatError

_ANY = "*.parquet"
_FILE = re.compile(r"[a-z0-9]+:/[^\s'\"]*?\.parquet", re.IGNORECASE)
_TOLERANT = {"ignoreCorruptFiles": "true"}


@dataclass(frozen=True, slots=True)
class Files:
    """The files that are read, and those that were set aside whole."""

    pattern: str
    paths: tuple[str, ...]
    set_aside: tuple[str, ...] = ()


def find_files(spark: SparkSession, pattern: str) -> Files:
    """Return the files that a pattern means: ``FOLDER/*.parquet`` at any depth below the folder.

    Raises:
        FormatError: there is none.
    """
    folder, _, last = pattern.rstrip("/").rpartition("/")
    if last.endswith(".parquet") and "*" not in last:
        reader, base = spark.read.format("binaryFile"), pattern
    else:
        base, name = (folder or ".", last) if "*" in last else (pattern, _ANY)
        reader = spark.read.format("binaryFile").options(
            pathGlobFilter=name, recursiveFileLookup="true"
        )
    try:
        found = reader.load(base).select("path").toArrow().column("path").to_pylist()
    except (PySparkException, Py4JJavaError) as error:
        raise FormatError(f"{pattern}: cannot be listed: {_first_line(error)}") from error
    if not found:
        raise FormatError(f"{pattern}: no file there; name FOLDER/*.parquet")
    return Files(pattern, tuple(sorted(found)))


def read(spark: SparkSession, files: Files, *, tolerant: bool = False) -> DataFrame:
    """Return the rows of files, with the columns of all of them."""
    options = {"mergeSchema": "true", **(_TOLERANT if tolerant else {})}
    return spark.read.options(**options).parquet(*files.paths)


def without_corrupt(spark: SparkSession, files: Files) -> Files:
    """Return the files that can be read whole; every column of every row is read to find out.

    Raises:
        FormatError: none can.
    """
    whole = _whole(spark, files)
    kept = tuple(path for path in files.paths if path in whole)
    if not kept:
        raise FormatError(f"{files.pattern}: no file there can be read as Parquet")
    return Files(files.pattern, kept, tuple(path for path in files.paths if path not in whole))


def _whole(spark: SparkSession, files: Files) -> set[str]:
    """Where a damaged file is left early, fewer rows come of it than its footer counts."""
    try:
        rows = read(spark, files, tolerant=True)
    except (PySparkException, Py4JJavaError):
        return set()
    path = F.col("_metadata.file_path").alias("path")
    everything = F.max(F.xxhash64(*(F.col(f"`{name}`") for name in rows.columns)))
    told = rows.groupBy(path).agg(F.count("*").alias("rows"))
    came = rows.groupBy(path).agg(F.count("*").alias("rows"), everything.alias("read"))
    counts = [{row["path"]: row["rows"] for row in frame.collect()} for frame in (told, came)]
    return {name for name, n in counts[0].items() if counts[1].get(name) == n}


@contextmanager
def naming_corrupt_files() -> Iterator[None]:
    """Say which file cannot be read, where Spark stops at one.

    Raises:
        FormatError: instead of Spark's own error.
    """
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        named = _FILE.search(str(error))
        if named is None or not _is_about_files(str(error)):
            raise
        raise FormatError(
            f"{named.group(0)}: cannot be read as Parquet: copy the file again, or leave such "
            "files out with --set-aside-corrupt"
        ) from error


def _is_about_files(text: str) -> bool:
    said = (
        "FAILED_READ_FILE",
        "CANNOT_READ_FILE_FOOTER",
        "is not a Parquet file",
        "Could not read footer",
    )
    return any(words in text for words in said)


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "")[:300]


def short(paths: Sequence[str], most: int = 3) -> str:
    """Spell the first of some paths."""
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more
