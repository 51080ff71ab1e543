"""Where uploads lie until they are loaded: on disk, under names of our own, within a quota."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from analyzer.errors import RebillError
from reports import spelling

KEPT_FREE_BYTES = 1 << 30
"""Disk that uploads leave alone."""
ROOM_FACTOR = 2
"""A file takes its own room, and about as much again in the database."""
_NAME_CHARACTERS = 120
_NAME_SUFFIX = ".name"


class NoRoomError(RebillError):
    """Raised when an upload is larger than allowed, or than the disk has room for."""


@dataclass(slots=True)
class Waiting:
    """One uploaded file that is not loaded yet."""

    id: str
    name: str
    """What its user calls it: shown and kept in accounts, never part of a path."""
    path: Path
    bytes: int = 0
    complete: bool = False
    announced_bytes: int = 0

    @property
    def room_bytes(self) -> int:
        """Disk that it will still take: what is to come of it, and its rows in the database."""
        return max(self.announced_bytes, self.bytes) * ROOM_FACTOR - self.bytes


@dataclass(slots=True)
class Spool:
    """The uploads of one server, in a folder beside the database that only its user may enter."""

    folder: Path
    most_bytes: int
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    waiting: dict[str, Waiting] = field(default_factory=dict)

    @classmethod
    def beside(cls, db: Path, most_bytes: int) -> Spool:
        """Open a folder beside a database, and take over what killed servers left there."""
        shared = db.with_name(f"{db.name}.uploads")
        folder = shared / f"{os.getpid()}-{secrets.token_hex(4)}"
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise RebillError(f"{shared}: cannot be made ({error.strerror}): check --db") from error
        spool = cls(folder, most_bytes)
        for left in shared.glob("*"):
            if left != folder and not _runs(left.name.partition("-")[0]):
                spool.adopt(left)
        return spool

    def adopt(self, left: Path) -> None:
        """Take over the whole uploads that a killed server left; half ones are removed."""
        for named in sorted(left.glob(f"*{_NAME_SUFFIX}")):
            old = named.with_suffix("")
            with suppress(OSError):
                name, size = named.read_text(encoding="utf-8"), old.stat().st_size
                one = Waiting(old.name, name, self.folder / old.name, size, complete=True)
                old.rename(one.path)
                named.rename(_name_file(one.path))
                self.waiting[one.id] = one
        shutil.rmtree(left, ignore_errors=True)

    def refuse(self, size: int) -> None:
        """Raise where a file of a size may not come in: before its first byte is written.

        Raises:
            NoRoomError: it is too large, or the disk would be too full.
        """
        if size > self.most_bytes:
            raise NoRoomError(
                f"{spell_bytes(size)} is more than the {spell_bytes(self.most_bytes)} that may be "
                "uploaded: start rebill serve with a larger --max-upload-gb, or load the file "
                "with rebill ingest"
            )
        promised = sum(one.room_bytes for one in self.waiting.values())
        free = self.free_bytes(self.folder) - promised
        if size * ROOM_FACTOR + KEPT_FREE_BYTES > free:
            raise NoRoomError(
                f"{spell_bytes(size)} needs {spell_bytes(size * ROOM_FACTOR)} of disk beside the "
                f"{spell_bytes(KEPT_FREE_BYTES)} that stay free, and "
                f"{spell_bytes(max(free, 0))} are there: free some, then upload it again"
            )

    async def take(self, name: str, size: int, chunks: AsyncIterator[bytes]) -> Waiting:
        """Write an upload to disk chunk by chunk. Where it breaks off, nothing is left.

        Raises:
            NoRoomError: see ``refuse``; or more bytes come than were announced.
        """
        self.refuse(size)
        number = secrets.token_hex(16)
        one = Waiting(number, shown_name(name), self.folder / number, announced_bytes=size)
        self.waiting[number] = one
        try:
            async with await anyio.open_file(one.path, "xb") as file:
                async for chunk in chunks:
                    one.bytes += len(chunk)
                    if one.bytes > size:
                        raise NoRoomError("more bytes came than were announced")
                    await file.write(chunk)
            if one.bytes != size:
                raise NoRoomError("the upload broke off: nothing was kept; send the file again")
        except BaseException:
            self.drop(number)
            raise
        _name_file(one.path).write_text(one.name, encoding="utf-8")
        one.complete = True
        return one

    def drop(self, number: str) -> None:
        """Remove one upload from disk."""
        one = self.waiting.pop(number, None)
        if one is not None:
            one.path.unlink(missing_ok=True)
            _name_file(one.path).unlink(missing_ok=True)

    def close(self) -> None:
        """Remove every upload."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            self.folder.parent.rmdir()


def _name_file(path: Path) -> Path:
    """Where the name of a whole upload stands: without it, the upload is half."""
    return path.with_name(f"{path.name}{_NAME_SUFFIX}")


def _runs(process: str) -> bool:
    """Return whether another process of this number runs."""
    if not process.isdecimal() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def shown_name(name: str) -> str:
    """Return the last part of a file's name, as text: nothing hidden in it, and not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return spelling.name(last, characters=_NAME_CHARACTERS) if last else "(no name)"


def spell_bytes(count: int) -> str:
    """Spell a number of bytes: ``1.2 GB``."""
    for power, unit in ((30, "GB"), (20, "MB"), (10, "kB")):
        if count >= 1 << power:
            tenths = count * 10 >> power
            return f"{tenths // 10:,}.{tenths % 10} {unit}"
    return f"{count:,} bytes"
