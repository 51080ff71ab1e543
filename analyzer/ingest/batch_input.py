"""Holds what was asked of a batch while its answers are read, so that custom_id can join them."""

from __future__ import annotations

from pathlib import Path

from analyzer.adapter import Format
from analyzer.errors import FormatError, StoreError
from analyzer.ingest.lines import LineReader
from analyzer.ingest.records import LINES
from analyzer.ingest.source_file import SourceFile
from analyzer.store import Store


def hold_requests(
    store: Store,
    source: SourceFile,
    fmt: Format,
    batch_input: Path | None,
    batch_time: str | None = None,
) -> None:
    """Fill ``batch_requests`` (``custom_id, request``) for a format that reads it.

    The table is a temporary one: the requests are digested and counted, and never stored.
    ``batch_time`` is when the batch ran, for a format whose answers carry no time.

    Raises:
        FormatError: the input file cannot be read or holds no requests, or ``source`` is no output
            of a batch.
    """
    if not fmt.answers_a_batch:
        if batch_input is not None or batch_time is not None:
            option = "--batch-time" if batch_input is None else "--batch-input"
            raise FormatError(
                f"{source.path}: this is {fmt.title}, no output of a batch: leave {option} out"
            )
        return
    store.run("make_batch_requests")
    if (
        batch_time is not None
        and store.rows("SELECT utc_time_us($t) IS NULL", {"t": batch_time})[0][0]
    ):
        raise FormatError(
            f"--batch-time {batch_time[:40]}: is not a time: write 2026-10-01T00:00:00Z"
        )
    store.rows("SET VARIABLE batch_time = $time", {"time": batch_time})
    if batch_input is not None:
        _read(store, SourceFile(batch_input))


def refuse_timeless(store: Store, source: SourceFile, batch_time: str | None) -> None:
    """Refuse a staged file of which no row can be placed in time, and the user could say when.

    Raises:
        FormatError: name the time.
    """
    if batch_time is None and store.one("timeless_batch")["timeless"]:
        raise FormatError(
            f"{source.path}: the results of a batch carry no time: say when it ran, with "
            "--batch-time 2026-10-01T00:00:00Z"
        )


def _read(store: Store, source: SourceFile) -> None:
    lines = LineReader(source)
    try:
        with store.registered({LINES: lines.reader()}):
            held = store.run("hold_batch_requests")
    except StoreError as error:
        if lines.error is not None:
            raise lines.error from None
        raise FormatError(f"{source.path}: cannot be read to its end: {error}") from error
    if not held:
        raise FormatError(
            f"{source.path}: holds no line with a custom_id: name the JSON lines file that was "
            "sent as the batch's input"
        )
