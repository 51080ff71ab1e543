"""One input file as a bounded stream of plain bytes, digested while it is read."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import pyarrow as pa

from analyzer.errors import FormatError

Packing = Literal["plain", "gzip", "zstd"]

CHUNK_BYTES = 8 << 20
MAX_PLAIN_BYTES = 1 << 40
MAX_RATIO = 400
"""A log shrinks to a tenth or a fiftieth; a bomb shrinks to a thousandth and less."""
_RATIO_COUNTS_FROM_BYTES = 256 << 20
_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_FOREIGN = {
    b"PK\x03\x04": "a zip archive: unzip it first",
    b"BZh": "packed with bzip2: unpack it first",
    b"\xfd7zXZ": "packed with xz: unpack it first",
    b"SQLite format 3": "an SQLite database: export its rows as JSON lines or CSV",
}


class SourceFile:
    """A file to load. ``chunks`` gives its plain bytes; ``sha256`` is known once it is read."""

    def __init__(
        self,
        path: Path,
        on_bytes: Callable[[int], None] | None = None,
        *,
        name: str | None = None,
    ) -> None:
        """Look at the file without reading it.

        Raises:
            FormatError: it is no regular file, may not be read, or is packed in an unknown way.
        """
        self.path = path
        self.name = name or path.name
        self._on_bytes = on_bytes or (lambda _: None)
        self._digest = hashlib.sha256()
        self._plain_digest: str | None = None
        self._head: bytes | None = None
        self.bytes = _regular_size(path)
        try:
            with path.open("rb") as file:
                magic = file.read(16)
        except OSError as error:
            raise FormatError(f"{path}: cannot be read ({error.strerror})") from error
        for start, what in _FOREIGN.items():
            if magic.startswith(start):
                raise FormatError(f"{path}: this is {what}")
        self.packing: Packing = _packing(magic)

    @property
    def sha256(self) -> str:
        """The digest of the bytes as given, of what was read so far."""
        return self._digest.hexdigest()

    @property
    def plain_sha256(self) -> str:
        """The digest of the plain bytes, once they are read: packed or not, it is one log."""
        return self._plain_digest or self.sha256

    def head(self, size: int) -> bytes:
        """Return the first plain bytes, without digesting or counting anything."""
        if self._head is None:
            head = b""
            for chunk in SourceFile(self.path).chunks(min(size, CHUNK_BYTES)):
                head += chunk
                if len(head) >= size:
                    break
            self._head = head
        return self._head[:size]

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """Yield the plain bytes from the start.

        Raises:
            FormatError: the file is cut short, damaged, or a bomb.
        """
        self._digest, plain = hashlib.sha256(), hashlib.sha256()
        plain_bytes = 0
        with self._open() as file:
            for chunk in self._unpacked(file, size):
                plain_bytes += len(chunk)
                self._refuse_bomb(plain_bytes)
                if self.packing != "plain":
                    plain.update(chunk)
                yield chunk
        self._plain_digest = None if self.packing == "plain" else plain.hexdigest()

    def read_all(self) -> str:
        """Digest the whole file and return the digest."""
        for _ in self._raw_chunks_to_end():
            pass
        return self.sha256

    @contextmanager
    def plain_path(self) -> Iterator[str]:
        """Give a path at which DuckDB can read the plain bytes itself.

        A packed file is unpacked into a file without a name, which is gone with this process.
        """
        if self.packing == "plain":
            before = self.path.stat()
            self.read_all()
            yield str(self.path)
            after = self.path.stat()
            if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
                raise FormatError(f"{self.path}: the file changed while it was read: try again")
            return
        with tempfile.TemporaryFile() as spool:
            self._unpack_to(spool)
            yield f"/dev/fd/{spool.fileno()}"

    def _unpack_to(self, spool: IO[bytes]) -> None:
        for chunk in self.chunks():
            try:
                spool.write(chunk)
                spool.flush()
            except OSError as error:
                raise FormatError(
                    f"{self.path}: cannot be unpacked to {tempfile.gettempdir()} "
                    f"({error.strerror}): free some space there, or name a larger folder in TMPDIR"
                ) from error

    def _raw_chunks_to_end(self) -> Iterator[bytes]:
        self._digest = hashlib.sha256()
        with self._open() as file:
            while chunk := self._read(file, CHUNK_BYTES):
                yield chunk

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            with self.path.open("rb") as file:
                yield file
        except (zlib.error, EOFError, pa.ArrowException) as error:
            raise FormatError(f"{self.path}: the {self.packing} data is damaged") from error
        except OSError as error:
            why = error.strerror or f"the {self.packing} data is cut short or damaged"
            raise FormatError(f"{self.path}: cannot be read ({why})") from error

    def _read(self, file: IO[bytes], size: int) -> bytes:
        chunk = file.read(size)
        self._digest.update(chunk)
        self._on_bytes(len(chunk))
        return chunk

    def _unpacked(self, file: IO[bytes], size: int) -> Iterator[bytes]:
        if self.packing == "plain":
            while chunk := self._read(file, size):
                yield chunk
        elif self.packing == "gzip":
            yield from self._gunzipped(file, size)
        else:
            yield from self._unzstd(file, size)

    def _gunzipped(self, file: IO[bytes], size: int) -> Iterator[bytes]:
        """Unpack one gzip member after the other, never more than ``size`` bytes at once."""
        unpacker = None
        packed = b""
        while packed or (packed := self._read(file, CHUNK_BYTES)):
            if unpacker is None:
                # Padding with zeros after the last member is allowed.
                packed = packed.lstrip(b"\0")
                if not packed:
                    continue
                unpacker = zlib.decompressobj(wbits=31)
            chunk = unpacker.decompress(packed, size)
            if chunk:
                yield chunk
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                packed, unpacker = unpacker.unused_data, None
        if unpacker is not None:
            raise FormatError(f"{self.path}: the gzip data is cut short: copy the file again")

    def _unzstd(self, file: IO[bytes], size: int) -> Iterator[bytes]:
        reader = pa.PythonFile(_Digested(self, file), mode="r")
        with pa.CompressedInputStream(reader, "zstd") as stream:
            while chunk := stream.read(size):
                yield chunk

    def _refuse_bomb(self, plain_bytes: int) -> None:
        if self.packing == "plain":
            return
        too_dense = plain_bytes > max(_RATIO_COUNTS_FROM_BYTES, MAX_RATIO * self.bytes)
        if too_dense or plain_bytes > MAX_PLAIN_BYTES:
            raise FormatError(
                f"{self.path}: unpacks to more than {plain_bytes >> 20} MiB from {self.bytes} "
                "bytes, which no log does: unpack it yourself if it is one"
            )


class _Digested:
    """The file as Arrow reads it: every byte passes the digest."""

    closed = False

    def __init__(self, source: SourceFile, file: IO[bytes]) -> None:
        self._source, self._file = source, file

    def read(self, size: int) -> bytes:
        return self._source._read(self._file, size)

    def close(self) -> None:
        """Leave the file to who opened it."""


def _regular_size(path: Path) -> int:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise FormatError(f"{path}: no such file") from None
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror})") from error
    if stat.S_ISDIR(found.st_mode):
        raise FormatError(f"{path}: this is a folder: name its files ({path}{os.sep}*)")
    if not stat.S_ISREG(found.st_mode):
        raise FormatError(f"{path}: this is no regular file: save what it gives to one first")
    return found.st_size


def _packing(magic: bytes) -> Packing:
    if magic.startswith(_GZIP_MAGIC):
        return "gzip"
    return "zstd" if magic.startswith(_ZSTD_MAGIC) else "plain"
