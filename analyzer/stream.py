"""A table as an Arrow stream: one value in a database, or in a message between processes."""

from __future__ import annotations

from io import BytesIO

import polars as pl


def to_stream(frame: pl.DataFrame) -> bytes:
    """Return a table as bytes. Equal tables give equal bytes."""
    buffer = BytesIO()
    frame.write_ipc_stream(buffer, compression="zstd")
    return buffer.getvalue()


def from_stream(stream: bytes) -> pl.DataFrame:
    """Return the table that ``to_stream`` wrote."""
    return pl.read_ipc_stream(BytesIO(stream))
