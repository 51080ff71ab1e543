"""Policy replay: `rebill simulate` against tokenbill's `whatif`, on the same requests.

The one policy that both can say without a guess: every call of one model goes to another of the
same maker. Both read their own database, filled before; both are whole commands, start to end; the
dollars before and after must agree. Tokenbill's time grows with its requests, so its rate is taken
between two sizes, its start left out; rebill's start is left in, and its remembered sums are not
used.

Then rebill's five levers, in 32 coalitions, over the largest log: more work, same measure.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import tokenbill

from analyzer.store import Store
from bench.clock import Taken, command, in_turns, rebill
from bench.databases import POLICY, database, forget
from bench.generate import write_log
from bench.table import Options, Row, at_least, seconds

FEW, MANY = 20_000, 100_000
"""What tokenbill replays: about 1.5 and 7 seconds."""
_FROM, _TO = "claude-sonnet-4-5", "claude-haiku-4-5"
_POLICY = f"""
name = "one model"
[[model_selection]]
feature = "*"
from = "{_FROM}"
to = "{_TO}"
"""
_A_LANE = 20
_CALLS = "SELECT ts_us // 1000, input_tokens, output_tokens FROM requests ORDER BY rowid"


def measure(options: Options) -> Iterator[Row]:
    """Yield both rates on one policy, their ratio, and rebill's five levers."""
    size = options.size
    few, many = (min(requests, size) for requests in (FEW, MANY))
    usual, big, same = (
        database(options.folder, size),
        _of_one_model(options.folder, size),
        _of_one_model(options.folder, many),
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        policy = folder / "one-model.toml"
        policy.write_text(_POLICY)
        ledger, small = (_ledger(folder, _of_one_model(options.folder, n)) for n in (many, few))
        _agree(_simulate(same, policy), _whatif(ledger))
        sides = {
            "few": lambda: _whatif(small),
            "many": lambda: _whatif(ledger),
            "same": lambda: _simulate(same, policy),
            "one": lambda: _simulate(big, policy),
            "five": lambda: _simulate(usual, POLICY),
        }
        taken = in_turns(sides, options.repeat)
    yield from _rows(size, few, many, taken)


def _rows(size: int, few: int, many: int, taken: dict[str, Taken]) -> Iterator[Row]:
    wall = _rates(size, few, many, {name: side.seconds for name, side in taken.items()})
    cpu = _rates(size, few, many, {name: side.cpu_seconds for name, side in taken.items()})
    version = tokenbill.__version__
    for what, name in (
        (f"tokenbill {version} whatif, {many:,} requests", "many"),
        (f"rebill simulate, the same {many:,} requests", "same"),
    ):
        yield Row(what, seconds(taken[name].seconds), cpu=seconds(taken[name].cpu_seconds))
    yield Row("dollars of those before and after, both", "equal to the nano-dollar")
    for what, name in (
        ("tokenbill, its start left out", "theirs"),
        (f"rebill, the same policy, {size:,} requests", "one"),
        (f"rebill, five levers, 32 coalitions, {size:,} requests", "five"),
    ):
        yield Row(what, f"{wall[name]:,.0f} requests/s", cpu=f"{cpu[name]:,.0f} requests/s")
    what = "policy replay, rebill over tokenbill"
    yield at_least(what, wall["one"] / wall["theirs"], 100, f"{cpu['one'] / cpu['theirs']:,.3g}x")
    yield Row(
        "the same, rebill with five levers in 32 coalitions",
        f"{wall['five'] / wall['theirs']:,.3g}x",
        cpu=f"{cpu['five'] / cpu['theirs']:,.3g}x",
    )


def _rates(size: int, few: int, many: int, taken: dict[str, float]) -> dict[str, float]:
    """Requests a second."""
    started = taken["few"] if many > few else 0.0
    return {
        "theirs": (many - few if many > few else many) / (taken["many"] - started),
        "one": size / taken["one"],
        "five": size / taken["five"],
    }


def _of_one_model(folder: Path, requests: int) -> Path:
    return database(folder, requests, "one-model-", _write_one_model)


def _write_one_model(path: Path, requests: int) -> Path:
    """The usual log with one model, and no cached input: how that moves, each tool guesses."""
    whole = write_log(path.with_suffix(".all"), requests)
    with pq.ParquetFile(whole) as source, pq.ParquetWriter(path, source.schema_arrow) as file:
        for part in source.iter_batches():
            file.write_batch(_changed(part))
    whole.unlink()
    return path


def _changed(part: pa.RecordBatch) -> pa.RecordBatch:
    same = {
        "provider": pa.repeat("anthropic", len(part)),
        "model": pa.repeat(_FROM, len(part)),
        "cached_input_tokens": pa.repeat(pa.scalar(0, pa.int64()), len(part)),
    }
    columns = {name: same.get(name, part.column(name)) for name in part.schema.names}
    return pa.RecordBatch.from_pydict(columns, schema=part.schema)


def _ledger(folder: Path, database: Path) -> Path:
    """A tokenbill ledger of the requests in one of rebill's databases."""
    ledger, lines = folder / f"{database.stem}.db", folder / f"{database.stem}.jsonl"
    with Store.open(database, read_only=True) as store, lines.open("w", encoding="utf-8") as file:
        for number, call in enumerate(store.rows(_CALLS)):
            file.write(json.dumps(_response(number, *call)) + "\n")
    if not _settings(ledger).exists():
        _tokenbill("init", "--dir", _settings(ledger).parent)
    _tokenbill("ingest", "--config", _settings(ledger), "--db", ledger, lines)
    return ledger


def _response(number: int, ts_ms: int, read: int, written: int) -> dict[str, object]:
    """One call as an Anthropic response; twenty to a lane, which suits tokenbill best."""
    lane = f"lane-{number // _A_LANE}"
    usage = {"input_tokens": read, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    response = {
        "id": f"msg_{number:09}",
        "type": "message",
        "role": "assistant",
        "model": _FROM,
        "content": [],
        "stop_reason": "end_turn",
        "usage": {**usage, "output_tokens": written},
    }
    return {"request_meta": {"ts_ms": ts_ms, "session": lane, "lane": lane}, "response": response}


def _tokenbill(*words: object) -> str:
    return command([sys.executable, "-m", "tokenbill", *map(str, words)]).said


def _settings(ledger: Path) -> Path:
    return ledger.parent / "settings" / "config.json"


def _whatif(ledger: Path) -> str:
    words = ("--config", _settings(ledger), "--db", ledger, "--format", "json")
    return _tokenbill("whatif", *words, "--policy", f"model={_TO}")


def _simulate(path: Path, policy: Path) -> str:
    forget(path)
    return rebill("simulate", "--db", path, "--policy", policy, "--json").said


def _agree(ours: str, theirs: str) -> None:
    """Stop where the two do not bill the same dollars."""
    steps, replays = json.loads(ours)["steps"], json.loads(theirs)["replays"]
    mine = [Decimal(step["pico_usd"]) / 1000 for step in (steps[0], steps[-1])]
    told = [sum(replay[key]["nano"] for replay in replays) for key in ("baseline", "cost")]
    if mine != told:
        raise SystemExit(f"the dollars differ: rebill {mine}, tokenbill {told} nano-dollars")
