"""Notices one call told under two ids, and two calls told under one."""

from __future__ import annotations

from itertools import islice

from analyzer.store import Store

_FEWEST = 10
"""Of fewer requests than this, half may look like others by chance; all of them do not."""


def twin_notes(store: Store, source_id: int, loaded: int) -> tuple[str, ...]:
    """Say where most of a file's requests of another file's days look like that file's.

    A gateway and a tracer of one application give one call two ids, and an export without ids
    gives the same call a new one in every download, so that ids alone do not tell. Two downloads
    may share an hour only: so the requests of the time that both tell of are compared.
    """
    found = (
        f"{rows:,} of its {loaded:,} requests have the second and the token counts of requests in "
        f"{file}: where both files tell the same calls, these count twice, and one of the two is "
        "to go: rebill sources remove FILE"
        for file, rows, shared in store.query("same_calls", source_id=source_id).iter_rows()
        if rows >= (shared if shared < _FEWEST else shared / 2) and (rows > 1 or loaded == 1)
    )
    return tuple(islice(found, 1))


def other_calls(store: Store, prefix: dict[str, str]) -> tuple[str, ...]:
    """Say where a request_id seen before tells another call: its money is in no figure."""
    changed = store.one("changed_requests", **prefix)["rows"]
    if not changed:
        return ()
    rows = "row" if changed == 1 else "rows"
    return (
        f"{changed:,} {rows} with a request_id seen before but another "
        "model or token count: only the first of an id was kept; where these are other calls, "
        "number them apart, or load them through a --mapping that leaves request_id out",
    )
