"""Response-cache replay: rebill's lever against libcachesim's FIFO, on the same trace.

Libcachesim's Python wheel is built without TTLs: ``default_ttl`` is taken and never applied (this
is checked at the start). What both can answer is a cache that never forgets: libcachesim's FIFO
with room for every object, and a TTL of the whole window. Their hits must be equal, with every
answer stored at once. Shorter TTLs are rebill's alone; they are timed against the same FIFO run,
which does less: it forgets nothing.

Both start from the trace as it came, in order of time. Rebill's sort by key is in its time.
Libcachesim reads its own binary format from a file that was just written, so from memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import libcachesim
import numpy as np
import polars as pl

from analyzer.lever import Context
from analyzer.levers.caching import LEVER, Caching, sort_by_key
from bench.clock import Taken, in_turns
from bench.databases import database
from bench.table import Options, Row, seconds

_FOREVER_S = 400 * 86_400
_TTLS_S = {"all month": _FOREVER_S, "1 day": 86_400, "1 hour": 3600, "1 minute": 60}
_CURVE_S = [int(10 ** (1 + n / 6)) for n in range(30)]
"""From ten seconds to eight days, six to a decade."""
_RULE = {"feature": "*", "scope": "global", "key": "prompt"}
_NOTHING = Context((), {}, {}, pl.DataFrame())
_TRACE = """
SELECT ts_us, coalesce(latency_us, 0) AS latency_us, prompt_key
FROM requests WHERE prompt_key IS NOT NULL ORDER BY rowid
"""
_ORACLE_GENERAL = np.dtype(
    [("time_s", "<u4"), ("object", "<u8"), ("size", "<u4"), ("next_access", "<i8")]
)


def measure(options: Options) -> Iterator[Row]:
    """Yield both sides' times, and where their hits can be compared, the hits."""
    size = options.size
    trace = _trace(database(options.folder, size))
    at_once = trace.with_columns(latency_us=pl.lit(0, dtype=pl.Int64))
    with TemporaryDirectory() as folder:
        file = _written(trace, Path(folder) / "trace.bin")
        told = _hits_of_library(file, len(trace))
        kept = "applied" if _knows_ttls(Path(folder)) else "ignored: built without"
        ours = _hits(at_once, _FOREVER_S)
        if told != ours:
            raise SystemExit(f"the hits differ: libcachesim {told:,}, rebill {ours:,}")
        sides = {name: partial(_hits, trace, ttl) for name, ttl in _TTLS_S.items()}
        sides["library"] = partial(_hits_of_library, file, len(trace))
        sides["curve"] = partial(_curve, trace)
        taken = in_turns(sides, options.repeat)
    library, curve = taken.pop("library"), taken.pop("curve")
    yield Row(f"hits of {len(trace):,} requests, nothing forgotten", f"{ours:,}, both")
    yield Row("libcachesim: `default_ttl`", kept)
    measured, cpu = _told(library)
    yield Row("libcachesim FIFO, room for all", measured, cpu=cpu)
    for name, ours in taken.items():
        times = library.cpu_seconds / ours.cpu_seconds
        what = f"rebill, TTL {name}, real latencies: {times:.2f} times as fast, by CPU"
        faster = ours.cpu_seconds < library.cpu_seconds
        measured, cpu = _told(ours)
        yield Row(what, measured, f"< {seconds(library.cpu_seconds)} CPU", faster, cpu)
    measured, cpu = _told(curve)
    yield Row(f"rebill, a curve of {len(_CURVE_S)} TTLs from one sort", measured, cpu=cpu)


def _told(taken: Taken) -> tuple[str, str]:
    return seconds(taken.seconds), seconds(taken.cpu_seconds)


def _trace(path: Path) -> pl.DataFrame:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql(_TRACE).pl()


def _hits(trace: pl.DataFrame, ttl_s: int) -> int:
    rule = Caching.model_validate({**_RULE, "ttl_seconds": ttl_s})
    return int(LEVER.decide(trace, rule, _NOTHING)["hit"].sum())


def _curve(trace: pl.DataFrame) -> list[int]:
    """The hits under each TTL of a curve."""
    rule = Caching.model_validate({**_RULE, "ttl_seconds": 0})
    keyed = sort_by_key(trace, rule)
    rules = (rule.model_copy(update={"ttl_us": ttl_s * 1_000_000}) for ttl_s in _CURVE_S)
    return [int(keyed.replay(one)[0].sum()) for one in rules]


def _written(trace: pl.DataFrame, path: Path) -> Path:
    records = np.zeros(len(trace), dtype=_ORACLE_GENERAL)
    records["time_s"] = trace["ts_us"].to_numpy() // 1_000_000
    records["object"] = trace["prompt_key"].to_numpy()
    records["size"] = 1
    records["next_access"] = -2
    records.tofile(path)
    return path


def _hits_of_library(file: Path, requests: int, ttl_s: int = _FOREVER_S) -> int:
    """Hash buckets are as many as it takes: fewer, or its default of 16 million, are slower."""
    kind = libcachesim.TraceType.ORACLE_GENERAL_TRACE
    cache = libcachesim.FIFO(
        requests + 1, default_ttl=ttl_s, hashpower=max(10, requests.bit_length())
    )
    missed, _ = cache.process_trace(libcachesim.TraceReader(str(file), kind))
    return round(requests * (1 - float(missed)))


def _knows_ttls(folder: Path) -> bool:
    """Whether a second request for an object, an hour after a TTL of a minute, misses."""
    pair = pl.DataFrame({"ts_us": [0, 3_600_000_000], "prompt_key": [1, 1]})
    return _hits_of_library(_written(pair, folder / "pair.bin"), 2, ttl_s=60) == 0
