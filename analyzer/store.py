"""The database: the only place that opens DuckDB, and the door to every statement in sql/."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import polars as pl
import pyarrow as pa

from analyzer.digest import load_secret
from analyzer.errors import StoreError
from analyzer.kept import MOST_KEPT, Kept, digest_of
from analyzer.stream import to_stream

SCHEMA_VERSION = 1
_SQL = Path(__file__).parent / "sql"
_CHECKED_TEXT = "rebill"
"""Its keyed digest stands in ``meta``, so that another database's secret is noticed."""

_READING_MIB, _READING_MIB_A_THREAD = 1024, 512
"""Left to itself, DuckDB holds as much of a database as memory has room for. Logs are read front to
back: what is read again comes from the system's own cache."""

Frame: TypeAlias = pl.DataFrame | pa.Table | pa.RecordBatchReader


@cache
def statement(name: str) -> str:
    """Return the SQL of ``sql/<name>.sql``."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


class Tables(Protocol):
    """Whatever answers the statements of ``sql/``: a database, or a lake of Parquet files."""

    def query(self, name: str, **params: object) -> pl.DataFrame:
        """Return what ``sql/<name>.sql`` answers, as ``Store.query`` does."""
        ...

    def query_with(self, name: str, frames: Mapping[str, Frame], **params: object) -> pl.DataFrame:
        """Do the same for a statement that joins frames."""
        ...

    def summary(self, name: str, frames: Mapping[str, pl.DataFrame] | None = None) -> pl.DataFrame:
        """Do the same for a statement that reads every request and answers with little."""
        ...


class Store:
    """One open database. Use ``with Store.open(path) as store``."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool = False
    ) -> None:
        self._connection = connection
        self.path = path
        self.kept = Kept(self.query) if read_only else None
        """Earlier answers; None where the rows may change while the database is open."""
        self._registered: dict[str, pl.DataFrame] = {}

    @classmethod
    @contextmanager
    def open(cls, path: Path | str, *, read_only: bool = False) -> Iterator[Store]:
        """Open a database, and create it where there is none and ``read_only`` is not asked for.

        Raises:
            StoreError: no database there, in use by another process, no database of rebill, or
                written by a newer version.
        """
        path = Path(path)
        connection = _connect(path, read_only=read_only)
        try:
            store = cls(connection, path, read_only=read_only)
            if read_only:
                store.limit_memory(_READING_MIB, _READING_MIB_A_THREAD)
            else:
                _drop_spilled(path)
            store._prepare(read_only=read_only)
            yield store
        except duckdb.Error as error:
            why = _disk_full(str(error)) or _without_values(error)
            raise StoreError(f"{path}: {why}") from error
        finally:
            connection.close()

    def query(self, name: str, **params: object) -> pl.DataFrame:
        """Return what ``sql/<name>.sql`` answers. HUGEINT arrives as an exact decimal(38, 0)."""
        return self.query_with(name, {}, **params)

    def query_with(self, name: str, frames: Mapping[str, Frame], **params: object) -> pl.DataFrame:
        """Do the same for a statement that joins frames, under the names they are given."""
        with self.registered(frames):
            answer = self._connection.sql(statement(name), params=params or None)
            table = pl.from_arrow(answer.to_arrow_table())
        if not isinstance(table, pl.DataFrame):
            raise StoreError(f"sql/{name}.sql does not answer with a table")
        return table

    def summary(self, name: str, frames: Mapping[str, pl.DataFrame] | None = None) -> pl.DataFrame:
        """Do the same for a statement that reads the whole log and answers with little.

        An answer that the database keeps is taken from there: see ``kept``.
        """
        frames = frames or {}
        if self.kept is None:
            return self.query_with(name, frames)
        joined = digest_of({**self._registered, **frames})
        key = self.kept.key(statement(name), statement("views"), joined)
        return self.kept.recalled_or(key, lambda: self.query_with(name, frames))

    def keep(self, kept: Kept) -> None:
        """Store the new answers about a log, and drop those about rows that it no longer has."""
        with self.transaction():
            for key, answer in kept.new.items():
                now_us, stream = time.time_ns() // 1000, to_stream(answer)
                self.run("keep_answer", key=key, data=kept.data, kept_at_us=now_us, answer=stream)
            self.run("drop_stale_answers", data=kept.data, most=MOST_KEPT)

    @contextmanager
    def registered(self, frames: Mapping[str, Frame]) -> Iterator[None]:
        """Let statements read frames by name, for as long as the block lasts."""
        for name, frame in frames.items():
            source = frame.to_arrow() if isinstance(frame, pl.DataFrame) else frame
            self._connection.register(name, source)
        try:
            yield
        finally:
            # Where a statement failed inside a transaction, the rollback to come takes the name.
            with suppress(duckdb.TransactionException):
                for name in frames:
                    self._connection.unregister(name)

    def register(self, name: str, frame: pl.DataFrame) -> None:
        """Let later statements read a frame by name, until the database is closed."""
        self._connection.register(name, frame.to_arrow())
        self._registered[name] = frame

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return all of its rows (for a statement that changes, counts)."""
        try:
            return self._connection.execute(sql, dict(params or {}) or None).fetchall()
        except duckdb.Error as error:
            full = _disk_full(str(error))
            raise StoreError(f"{self.path}: {full}" if full else _without_values(error)) from error

    def run(self, name: str, **params: object) -> int:
        """Run ``sql/<name>.sql`` and return how many rows it changed."""
        rows = self.rows(statement(name), params)
        return int(rows[0][0]) if rows and rows[0] and isinstance(rows[0][0], int) else 0

    def one(self, name: str, **params: object) -> dict[str, Any]:
        """Return the only row that ``sql/<name>.sql`` answers with, by column."""
        return self.query(name, **params).row(0, named=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all of what the block changes, or, where it raises, none of it."""
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def limit_memory(self, mib: int, mib_a_thread: int) -> None:
        """Hold at most so much in memory from here on, and spill the rest to disk."""
        threads = int(self.rows("SELECT current_setting('threads')")[0][0])
        self.rows(f"SET memory_limit = '{mib + mib_a_thread * threads}MiB'")

    def describe(self, sql: str) -> Sequence[tuple[str, str]]:
        """Return the names and types of the columns that a query answers with."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {sql}")]

    def unlock_digests(self) -> None:
        """Let statements call ``keyed(text)``: the secret stays in this session's memory.

        Raises:
            StoreError: the secret is gone, damaged, or another database's.
        """
        held = self.one("held")
        secret = load_secret(self.path, has_rows=bool(held["rows"]))
        self.rows("SET VARIABLE secret = $secret", {"secret": secret})
        for macro in statement("macros").split(";\n"):
            if macro.strip():
                self.rows(macro)
        check = str(self.rows("SELECT keyed($text)", {"text": _CHECKED_TEXT})[0][0])
        if held["secret_check"] in (None, check):
            self.rows("INSERT OR REPLACE INTO meta VALUES ('secret_check', $v)", {"v": check})
        elif held["rows"]:
            raise StoreError(
                f"{self.path}.secret belongs to another database: put the right file back, or "
                "ingest into a new --db"
            )
        else:
            self.rows("INSERT OR REPLACE INTO meta VALUES ('secret_check', $v)", {"v": check})

    def _prepare(self, *, read_only: bool) -> None:
        self.rows("SET TimeZone = 'UTC'")
        self.rows("SET enable_progress_bar = false")
        tables = {row[0] for row in self.rows("SELECT table_name FROM duckdb_tables()")}
        if "meta" in tables:
            self._check_version()
        elif tables or read_only:
            raise StoreError(f"{self.path}: this is a DuckDB file, but no database of rebill")
        if not read_only:
            with self.transaction():
                for create in statement("schema").split(";\n"):
                    if create.strip():
                        self.rows(create)
                version = {"version": str(SCHEMA_VERSION)}
                self.rows("INSERT OR IGNORE INTO meta VALUES ('schema_version', $version)", version)
        for view in statement("views").split(";\n"):
            if view.strip():
                self.rows(view)

    def _check_version(self) -> None:
        found = self.rows("SELECT value FROM meta WHERE key = 'schema_version'")
        version = int(found[0][0]) if found and str(found[0][0]).isdigit() else None
        if version is None:
            raise StoreError(f"{self.path}: this is a DuckDB file, but no database of rebill")
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path}: written by a newer rebill (schema {version}, this one knows "
                f"{SCHEMA_VERSION}): update rebill"
            )


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if read_only and not path.exists():
        raise StoreError(f"{path}: no database there; load a log first: rebill ingest FILE")
    if path.is_dir():
        raise StoreError(f"{path}: this is a folder; name a database file")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"{path}: there is no such folder; make it first, or name another --db")
    _refuse_foreign(path)
    # Reading a file that its user chose must not install or load anything from elsewhere.
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        if not read_only and not path.exists():
            _create_whole(path)
        return duckdb.connect(os.fspath(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise StoreError(f"{path}: {_why_closed(str(error))}") from error
    except OSError as error:
        why = f"the database cannot be opened ({error.strerror})"
        raise StoreError(f"{path}: {why}") from error


def _create_whole(path: Path) -> None:
    """Put an empty database at a path in one step.

    DuckDB makes its file in several, and cannot open one that was left between two of them.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        duckdb.connect(os.fspath(part)).close()
        # A link, unlike a rename, fails where another process was first.
        with suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)


def _drop_spilled(path: Path) -> None:
    """Remove what a killed process spilled beside its database: it may hold a log's text."""
    for left in path.with_name(f"{path.name}.tmp").glob("duckdb_temp_*"):
        left.unlink(missing_ok=True)


def _refuse_foreign(path: Path) -> None:
    """DuckDB takes a short file of any kind for an empty database, and writes over it."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return  # DuckDB says why
    if head and head[8:] != b"DUCK":
        raise StoreError(f"{path}: this is not a database; name another file with --db")


def _why_closed(message: str) -> str:
    if "lock" in message:
        return "another process is using this database: wait for it, or name another --db"
    if "not a valid DuckDB" in message:
        return "this is not a database; name another file with --db"
    if "newer version" in message or "version number" in message:
        return "written by another version of DuckDB: update the duckdb package"
    return _disk_full(message) or f"the database cannot be opened ({message.splitlines()[0]})"


def _disk_full(message: str) -> str:
    """Return what to do where there is no room to write; nothing for any other message."""
    if not any(said in message for said in ("No space left", "File too large", "Disk quota")):
        return ""
    return (
        "there is no room on the disk: free some and run the command again; files that were "
        "loaded whole are kept"
    )


def _without_values(error: duckdb.Error) -> str:
    """Return the first line of an error, less what it quotes: that may come from a log."""
    line = str(error).splitlines()[0]
    return re.sub(r"'[^']*'|\"[^\"]*(\"|$)", "...", line)[:300]
