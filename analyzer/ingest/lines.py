"""Cuts plain bytes into numbered lines or CSV records, as Arrow batches that DuckDB reads.

The cutting is done on whole chunks with NumPy; what a line says is left to SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analyzer.errors import FormatError
from analyzer.ingest.records import MAX_LINE_BYTES
from analyzer.ingest.source_file import SourceFile

LINE_SCHEMA = pa.schema([("line", pa.int64()), ("raw", pa.binary()), ("long_sha256", pa.string())])
_BATCH_ROWS = 16_384
_BOM = b"\xef\xbb\xbf"
_NEWLINE, _QUOTE, _RETURN = 10, 34, 13
_MAX_STRAYS = 200
"""Lines of one chunk whose quotes fit nothing; beyond that the file is no CSV."""

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the records of a buffer end (exclusive), and on which of its lines they start."""

    ends: Places
    starts_on: Places
    newlines: int
    """Line ends before the end of the last record."""


class LineReader:
    """The lines of a file, once. After the last batch ``lines`` is how many follow the header."""

    def __init__(self, source: SourceFile, delimiter: str | None = None, header: int = 0) -> None:
        """Read JSON lines, or CSV records where a delimiter is given; ``header`` is its line."""
        self._header = header
        self._source = source
        self._delimiter = None if delimiter is None else ord(delimiter)
        self.lines = 0
        self.error: FormatError | None = None
        self._next_line = 1
        self._left = b""
        self._open_bytes = 0
        """Bytes that were read and stand in no record yet."""

    def reader(self) -> pa.RecordBatchReader:
        """Return the batches: ``line`` from 1, ``raw`` bytes, or the digest of a line too long."""
        return pa.RecordBatchReader.from_batches(LINE_SCHEMA, self._kept())

    def _kept(self) -> Iterator[pa.RecordBatch]:
        """Keep an error: DuckDB would wrap it."""
        try:
            yield from self._batches()
        except FormatError as error:
            self.error = error
            raise

    def _batches(self) -> Iterator[pa.RecordBatch]:
        rest = b""
        chunks = self._source.chunks()
        first = True
        for chunk in chunks:
            kept = chunk.removeprefix(_BOM) if first else chunk
            buffer, first = rest + kept, False
            self._open_bytes += len(kept)
            cut = self._cut(buffer, last=False)
            yield from self._emit(buffer, cut)
            rest = buffer[cut.ends[-1] :] if len(cut.ends) else buffer
            if len(rest) > MAX_LINE_BYTES:
                yield from self._skip(rest, chunks)
                rest = self._left
        if rest:
            yield from self._emit(rest, self._cut(rest, last=True))
        if self._open_bytes:
            raise FormatError(
                f"{self._source.path}: {self._open_bytes} bytes were read and not cut into lines; "
                "this is a fault of rebill"
            )

    def _cut(self, buffer: bytes, *, last: bool) -> Cut:
        data = np.frombuffer(buffer, np.uint8)
        newlines = np.flatnonzero(data == _NEWLINE)
        if last and (len(newlines) == 0 or newlines[-1] != len(data) - 1):
            newlines = np.append(newlines, len(data))  # the end of the file ends the last line
        if self._delimiter is None:
            ends = np.minimum(newlines + 1, len(data))
            return Cut(ends, np.arange(len(newlines)), len(newlines))
        return _cut_csv(data, newlines, self._delimiter, self._source, last=last)

    def _emit(self, buffer: bytes, cut: Cut) -> Iterator[pa.RecordBatch]:
        """Yield a batch for each few thousand records; none is copied."""
        if not len(cut.ends):
            return
        offsets = np.concatenate(([0], cut.ends)).astype(np.int32)
        count = len(cut.ends)
        raw = pa.Array.from_buffers(
            pa.binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(buffer)]
        )
        numbered = cut.starts_on + self._next_line
        numbers = pa.array(numbered)
        long = pa.nulls(count, pa.string())
        for start in range(0, count, _BATCH_ROWS):
            stop = slice(start, start + _BATCH_ROWS)
            yield pa.record_batch([numbers[stop], raw[stop], long[stop]], schema=LINE_SCHEMA)
        self.lines += int(np.count_nonzero(numbered > self._header))
        self._next_line += cut.newlines
        self._open_bytes -= int(cut.ends[-1])

    def _skip(self, start: bytes, chunks: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
        """Pass over a line that is too long; its digest stands for it."""
        digest = hashlib.sha256(start)
        self._open_bytes -= len(start)
        newlines = start.count(b"\n") + 1
        self._left = b""
        for chunk in chunks:
            end = chunk.find(b"\n")
            digest.update(chunk if end < 0 else chunk[:end])
            if end >= 0:
                self._left = chunk[end + 1 :]
                self._open_bytes += len(self._left)
                break
        columns = [
            pa.array([self._next_line]),
            pa.nulls(1, pa.binary()),
            pa.array([digest.hexdigest()]),
        ]
        yield pa.record_batch(columns, schema=LINE_SCHEMA)
        self.lines += int(self._next_line > self._header)
        self._next_line += newlines


def _cut_csv(
    data: NDArray[np.uint8], newlines: Places, delimiter: int, source: SourceFile, *, last: bool
) -> Cut:
    """Cut at the line ends that stand outside quotes.

    Where a quote fits nothing, its line is cut off by itself, to be rejected, and cutting goes on
    behind it: one bad line costs no good one.
    """
    quotes = np.flatnonzero(data == _QUOTE)
    for _ in range(_MAX_STRAYS):
        stray = _first_stray(data, quotes, delimiter, last=last)
        if stray is None:
            break
        start, end = _line_around(newlines, stray, len(data))
        quotes = quotes[(quotes < start) | (quotes >= end)]
    else:
        raise FormatError(
            f"{source.path}: more than {_MAX_STRAYS} lines hold quotes that fit no field: "
            "is this CSV?"
        )
    outside = np.searchsorted(quotes, newlines) % 2 == 0
    ends = np.minimum(newlines[outside] + 1, len(data))
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    done = int(np.count_nonzero(newlines < ends[-1])) if len(ends) else 0
    return Cut(ends, np.searchsorted(newlines, starts), done)


def _first_stray(
    data: NDArray[np.uint8], quotes: Places, delimiter: int, *, last: bool
) -> int | None:
    """Return the first quote that opens in the middle of a field or closes before its end."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | np.isin(before, (delimiter, _NEWLINE))
    opens[1:] |= opening[1:] - 1 == closing[: len(opening) - 1]  # a doubled quote
    after = data[np.minimum(closing + 1, len(data) - 1)]
    closes = (closing == len(data) - 1) | np.isin(after, (delimiter, _NEWLINE, _RETURN, _QUOTE))
    strays = [*opening[~opens][:1], *opening[: len(closing)][~closes][:1]]
    open_at_end = len(opening) > len(closing)
    if open_at_end and (last or len(data) - opening[-1] > MAX_LINE_BYTES):
        strays.append(opening[-1])
    return int(min(strays)) if strays else None


def _line_around(newlines: Places, place: int, size: int) -> tuple[int, int]:
    """Return where the line of a place starts, and where it ends (exclusive)."""
    number = int(np.searchsorted(newlines, place))
    start = int(newlines[number - 1]) + 1 if number else 0
    return start, int(newlines[number]) + 1 if number < len(newlines) else size
