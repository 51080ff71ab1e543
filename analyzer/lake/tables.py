"""The lake as a replay sees it: requests in Parquet, scores beside them, statements answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from analyzer.errors import FormatError
from analyzer.ingest.scores import load_evals
from analyzer.lake.canonical import select
from analyzer.lake.files import Files, read
from analyzer.lake.statements import asks_requests, spark_sql
from analyzer.provenance import Source
from analyzer.replay.requests import Log
from analyzer.store import Frame, Store

_EVER_US = 1 << 62
_NAMES = ("provider", "model", "feature", "service_tier")


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows: ``rows = requests + duplicates + sum of rejects``."""

    rows: int
    requests: int
    duplicates: int
    rejects: Mapping[str, int]
    """How many rows were rejected, by reason."""
    sha256: str
    """Of the rows as they are read, in whatever order and files: see ``_digest``."""


class Lake:
    """Answers statements: about requests through Spark, about all else from a small database."""

    def __init__(self, spark: SparkSession, files: Files, requests: DataFrame, side: Store) -> None:
        """``requests``: the columns of the table of that name, every one a request."""
        self.spark, self.files, self.requests, self.side = spark, files, requests, side
        featured = requests.withColumns(
            {"feature_id": F.col("feature"), "rowid": F.col("request_id"), "source_id": F.lit(0)}
        )
        for name in ("requests", "kept_requests", "featured_requests"):
            featured.createOrReplaceTempView(name)
        nothing = "CAST(NULL AS STRING) AS provider, '' AS model, 0L AS start_us"
        spark.sql(f"SELECT {nothing} WHERE false").createOrReplaceTempView("usage_buckets")
        told = [(0, files.pattern)]
        spark.createDataFrame(told, "source_id int, file string").createOrReplaceTempView("sources")
        self._register("request_evals", side.query("loaded_evals"))

    def query(self, name: str, **params: object) -> pl.DataFrame:
        """Return what ``sql/<name>.sql`` answers, as a database would."""
        return self.query_with(name, {}, **params)

    def query_with(self, name: str, frames: Mapping[str, Frame], **params: object) -> pl.DataFrame:
        """Do the same for a statement that joins frames."""
        if not asks_requests(name):
            return self.side.query_with(name, frames, **params)
        self.give(frames)
        answer = collected(self.frame(name, **params))
        if "request_id" not in answer.columns:
            return answer
        safe = _safe(self.side, answer["request_id"])["label"]
        return answer.with_columns(request_id=safe)

    def summary(self, name: str, frames: Mapping[str, pl.DataFrame] | None = None) -> pl.DataFrame:
        """Do the same; a lake keeps no answers."""
        return self.query_with(name, frames or {})

    def replayed(self, log: Log) -> DataFrame:
        """Return the requests of a priced log, with names as numbers and with their ids."""
        self.give(log.names())
        ever = {"from_us": -_EVER_US, "until_us": _EVER_US}
        return self.frame("replay_requests", **ever).withColumnRenamed("rowid", "request_id")

    def frame(self, name: str, **params: object) -> DataFrame:
        """Return the answer where it lies, in Spark; the frames it joins were given before."""
        return self.spark.sql(spark_sql(name), args=params or None)

    def give(self, frames: Mapping[str, Frame]) -> None:
        """Let later statements read frames by name."""
        for table, frame in frames.items():
            self._register(table, frame)

    def _register(self, name: str, frame: Frame) -> None:
        plain = pl.DataFrame(frame).with_columns(
            pl.col(pl.UInt32).cast(pl.Int64), pl.col(pl.Int8).cast(pl.Int32)
        )
        self.spark.createDataFrame(plain.to_arrow()).createOrReplaceTempView(name)


def collected(frame: DataFrame) -> pl.DataFrame:
    """Return a small answer of Spark's as a table here."""
    table = pl.from_arrow(frame.toArrow())
    assert isinstance(table, pl.DataFrame)  # noqa: S101 - narrows the type
    return table


@contextmanager
def open_lake(
    spark: SparkSession, files: Files, evals: Path | None = None
) -> Iterator[tuple[Lake, Account]]:
    """Give a lake, and the account of its rows.

    Raises:
        FormatError: the files are no canonical log, or hold no request.
    """
    with (
        TemporaryDirectory(prefix="rebill-lake-") as folder,
        Store.open(Path(folder) / "side.duckdb") as side,
    ):
        side.unlock_digests()
        if evals is not None:
            load_evals(side, evals)
            if side.one("prompt_scores")["scores"]:
                raise FormatError(
                    f"{evals}: a score by prompt_key finds no request in a lake: name request_id"
                )
        # Read once and kept, on disk where memory is short: every statement asks of all rows.
        rows = _typed(spark, files).persist()
        try:
            account, twice = _account(rows)
            if not account.requests:
                raise FormatError(f"{files.pattern}: there is no row that can be read as a request")
            good = rows.where("fault IS NULL").drop("fault")
            once = good if twice is None else _first_of_each(good, twice)
            yield Lake(spark, files, _named(spark, side, once.drop("file", "place")), side), account
        finally:
            rows.unpersist()


def _typed(spark: SparkSession, files: Files) -> DataFrame:
    """Each row with its values, its fault, and where it stands."""
    rows = read(spark, files)
    place = ("_metadata.file_path AS file", "_metadata.row_index AS place")
    try:
        return rows.selectExpr(*select(dict(rows.dtypes)), *place)
    except FormatError as error:
        raise FormatError(f"{files.pattern}: {error}") from None


def _account(rows: DataFrame) -> tuple[Account, DataFrame | None]:
    """Count the rows, and give the ids that stand more than once, if any, with their first row."""
    counts = rows.groupBy("fault").agg(F.count("*").alias("rows"), *_lanes(rows)).collect()
    rejects = {row["fault"]: row["rows"] for row in counts if row["fault"] is not None}
    total = sum(row["rows"] for row in counts)
    good = rows.where("fault IS NULL")
    # Almost always every id is new, and eight bytes of each are enough to see it.
    digest = F.xxhash64("request_id")
    suspects = good.groupBy(digest.alias("digest")).count().where("count > 1").select("digest")
    duplicates, twice = 0, None
    if not suspects.isEmpty():
        alike = good.withColumn("digest", digest).join(suspects, "digest", "left_semi")
        first = F.min(F.struct("file", "place")).alias("first")
        twice = alike.groupBy("request_id").agg(first, F.count("*").alias("n")).where("n > 1")
        duplicates = twice.agg(F.sum(F.col("n") - 1)).first()[0] or 0  # type: ignore[index]
    requests = total - sum(rejects.values()) - duplicates
    return Account(total, requests, duplicates, rejects, _digest(counts)), twice


def _lanes(rows: DataFrame) -> list[Column]:
    """Sums of a row hash, a quarter each: no number of rows outgrows them, nor does order matter.

    Spark's hash skips what is missing, so that each value is followed by whether it is.
    """
    values = [name for name in rows.columns if name not in ("fault", "file", "place")]
    digest = F.xxhash64(*(part for name in values for part in (F.col(name), F.isnull(name))))
    return [F.sum(F.shiftrightunsigned(digest, n).bitwiseAND(0xFFFF)) for n in (0, 16, 32, 48)]


def _digest(counts: Iterable[Row]) -> str:
    """Return a digest of rows by their fault; it tells logs apart, but withstands no forger."""
    told = sorted(tuple(map(str, row)) for row in counts)
    return sha256(repr(told).encode()).hexdigest()


def _first_of_each(good: DataFrame, twice: DataFrame) -> DataFrame:
    """Of one request id the first row of the first file stays, as when files are ingested."""
    found = good.join(twice.drop("n"), "request_id", "left")
    return found.where("first IS NULL OR (first.file = file AND first.place = place)").drop("first")


def _named(spark: SparkSession, side: Store, requests: DataFrame) -> DataFrame:
    """Spell names as a database stores them: no address, no key, no long text."""
    combined = collected(requests.select(*_NAMES).distinct())
    for name in _NAMES:
        safe = _safe(side, combined[name].drop_nulls().unique())
        spelled = safe["name" if name == "feature" else "label"]
        changed = safe.select(pl.col("text").alias(name), spelled.alias("safe")).filter(
            pl.col(name) != pl.col("safe")
        )
        if len(changed):
            found = requests.join(spark.createDataFrame(changed.to_arrow()), name, "left")
            requests = found.withColumn(name, F.coalesce("safe", name)).drop("safe")
    return requests


def _safe(side: Store, texts: pl.Series) -> pl.DataFrame:
    numbered = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_row_index()
    answer = side.query_with("safe_names", {"texts": numbered.drop("index")})
    return numbered.join(answer.unique("text"), on="text", how="left", maintain_order="left")


def source(files: Files, account: Account) -> Source:
    """Return the lake as one line of a report's list of files.

    Its bytes are too many to read once more, so its digest is of the rows, and says so.
    """
    plural = "" if len(files.paths) == 1 else "s"
    return Source(
        file=files.pattern,
        sha256=account.sha256,
        format=f"canonical, {len(files.paths):,} Parquet file{plural} (digest of their rows)",
        rows_in=account.rows,
        rows_loaded=account.requests,
        duplicates=account.duplicates,
        rejects=sum(account.rejects.values()),
        set_aside=0,
    )
