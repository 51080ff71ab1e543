"""Uploads stay within the quota and the disk, and leave nothing where they break off."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analyzer.web import spool


def run(coroutine):
    """Run a coroutine on a thread of its own: the browser's driver has a loop on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def _bytes(size):
    yield b"x" * size


@pytest.fixture
def small(tmp_path):
    return spool.Spool(tmp_path, most_bytes=100, free_bytes=lambda _: spool.KEPT_FREE_BYTES + 150)


def test_an_upload_the_disk_has_no_room_for_is_refused_before_it_begins(small):
    small.refuse(75)
    with pytest.raises(spool.NoRoomError, match="of disk"):
        small.refuse(76)
    with pytest.raises(spool.NoRoomError, match="max-upload-gb"):
        small.refuse(101)


def test_uploads_under_way_are_promised_their_room(small):
    async def two():
        arriving = asyncio.Event()

        async def slowly():
            yield b"x" * 10
            await arriving.wait()
            yield b"x" * 40

        first = asyncio.create_task(small.take("a", 50, slowly()))
        while not small.waiting:
            await asyncio.sleep(0)
        with pytest.raises(spool.NoRoomError, match="of disk"):
            small.refuse(50)
        arriving.set()
        await first

    run(two())


def test_more_bytes_than_announced_leave_nothing(small):
    with pytest.raises(spool.NoRoomError, match="more bytes"):
        run(small.take("a", 10, _bytes(11)))
    with pytest.raises(spool.NoRoomError, match="broke off"):
        run(small.take("a", 10, _bytes(9)))
    assert list(Path(small.folder).iterdir()) == []
    assert small.waiting == {}
