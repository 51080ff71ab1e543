"""Finds the Parquet files of a lake, and names the ones that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from analyzer.errors import FormatError

_ANY = "*.parquet"
_URI = "_metadata.file_path AS uri"
_FILE = re.compile(r"[a-z0-9]+:/[^\s'\"]*?\.parquet", re.IGNORECASE)
_DIFFERENT = re.compile(r'merge incompatible data types? "?(\w+)"? and "?(\w+)"?', re.IGNORECASE)
_MEND = "copy the file again, or leave such files out with --set-aside-corrupt"
_TOLERANT = {"ignoreCorruptFiles": "true"}


@dataclass(frozen=True, slots=True)
class Files:
    """The files that are read, and those that were set aside whole."""

    pattern: str
    by_uri: Mapping[str, str]
    """Each file's path, by the URI under which Spark tells where a row stands."""
    empty: tuple[str, ...] = ()
    """Those of no byte at all, which Spark would pass over: a copy that never began."""
    set_aside: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, in order."""
        return tuple(sorted(self.by_uri.values()))


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
        listed = reader.load(base)
        found = {row["uri"]: row["path"] for row in listed.selectExpr(_URI, "path").collect()}
        empty = _unread(listed.inputFiles(), found)
    except (PySparkException, Py4JJavaError) as error:
        raise FormatError(f"{pattern}: cannot be listed: {_first_line(error)}") from error
    if not found and not empty:
        raise FormatError(f"{pattern}: no file there; name FOLDER/*.parquet")
    return Files(pattern, found, empty)


def _unread(listed: Sequence[str], found: Mapping[str, str]) -> tuple[str, ...]:
    """The listed files that Spark reads nothing of; it spells a local file in two ways."""
    if len(listed) == len(found):
        return ()
    names = {uri.replace("file:///", "file:/") for uri in listed}
    return tuple(sorted(names - found.keys()))


def read(spark: SparkSession, files: Files, *, tolerant: bool = False) -> DataFrame:
    """Return the rows of files, with the columns of all of them.

    Raises:
        FormatError: a file is empty, or two files hold a column in different types.
    """
    if files.empty and not tolerant:
        raise FormatError(f"{files.empty[0]}: is empty: {_MEND}")
    options = {"mergeSchema": "true", **(_TOLERANT if tolerant else {})}
    try:
        return spark.read.options(**options).parquet(*files.paths)
    except (PySparkException, Py4JJavaError) as error:
        types = _DIFFERENT.search(str(error))
        if types is None:
            raise
        raise FormatError(
            f"{files.pattern}: two files hold one column in different types ({types.group(1)} and "
            f"{types.group(2)}): write it in one"
        ) from error


def without_corrupt(spark: SparkSession, files: Files) -> Files:
    """Return the files that can be read whole; every column of every row is read to find out.

    Raises:
        FormatError: none can.
    """
    whole = _whole(spark, files) if files.by_uri else set()
    kept = {uri: path for uri, path in files.by_uri.items() if uri in whole}
    if not kept:
        raise FormatError(f"{files.pattern}: no file there can be read as Parquet")
    gone = [path for uri, path in files.by_uri.items() if uri not in whole]
    return Files(files.pattern, kept, set_aside=tuple(sorted([*gone, *files.empty])))


def _whole(spark: SparkSession, files: Files) -> set[str]:
    """Where a damaged file is left early, fewer rows come of it than its footer counts."""
    try:
        rows = read(spark, files, tolerant=True)
    except (PySparkException, Py4JJavaError):
        return set()
    everything = F.max(F.xxhash64(*(F.col(f"`{name}`") for name in rows.columns)))
    told = rows.groupBy(F.expr(_URI)).agg(F.count("*").alias("rows"))
    came = rows.groupBy(F.expr(_URI)).agg(F.count("*").alias("rows"), everything.alias("read"))
    counts = [{row["uri"]: row["rows"] for row in frame.collect()} for frame in (told, came)]
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
        raise FormatError(f"{named.group(0)}: cannot be read as Parquet: {_MEND}") from error


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
