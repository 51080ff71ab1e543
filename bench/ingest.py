"""Loading: `rebill ingest` of raw chat JSON lines against DuckDB's own read of the same file.

DuckDB parses the lines into a table and does no more. Rebill finds the format, keeps a digest in
place of each prompt, refuses what it cannot bill, and sorts out what it has seen before.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.clock import Run, command, middle, rebill
from bench.table import Options, Row, at_most, seconds

LINES = 1_000_000
"""A gigabyte."""
SEED = 1
WORDS = (
    "invoice", "refund", "customer", "order", "account", "delivery", "late", "please", "summary",
    "contract", "section", "policy", "ticket", "urgent", "password", "reset", "error", "page",
    "report", "quarter", "revenue", "table", "figure", "note", "because", "shipment", "address",
    "confirm", "cancel", "renewal", "upgrade", "plan", "seat", "usage", "limit", "review",
)  # fmt: skip
MODELS = ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14")
FEATURES = ("support_chat", "summarize", "classify", "code_review", None)
_BLOCK = 10_000

_READ_JSON = """
import sys, duckdb
copy = "CREATE TABLE log AS SELECT * FROM read_json(?, format = 'newline_delimited')"
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute("SET enable_progress_bar = false")
    connection.execute(copy, [sys.argv[2]]).fetchall()
    print(connection.execute("SELECT count(*) FROM log").fetchone()[0])
"""


def measure(options: Options) -> Iterator[Row]:
    """Yield both sides' seconds and peak memory, and the ratio, for a gigabyte at most."""
    lines = min(options.size, LINES)
    log = options.folder / f"chat-{lines}.jsonl"
    if not log.exists():
        options.folder.mkdir(parents=True, exist_ok=True)
        _write_log(log, lines)
    sides = {"rebill ingest": _by_rebill, "DuckDB read_json": _by_duckdb}
    runs: dict[str, list[Run]] = {name: [] for name in sides}
    for _ in range(options.repeat):
        for name, side in sides.items():
            runs[name].append(_afresh(side, log, lines))
    ours, theirs = (middle(runs[name]) for name in sides)
    size = f"{lines:,} lines, {log.stat().st_size / 1e6:,.0f} MB"
    for what, run in (("DuckDB read_json", theirs), ("rebill ingest", ours)):
        yield Row(f"{what}, {size}", seconds(run.seconds), cpu=seconds(run.cpu_seconds))
    ratio, by_cpu = ours.seconds / theirs.seconds, ours.cpu_seconds / theirs.cpu_seconds
    yield Row("rebill over DuckDB", f"{ratio:.2f}x", "≤ 1.5x", ratio <= 1.5, f"{by_cpu:.2f}x")
    yield at_most("rebill ingest: peak memory", ours.peak_bytes / 1e9, 2, "GB")


def _afresh(side: Callable[[Path, Path], tuple[Run, int]], log: Path, lines: int) -> Run:
    """Load into a new database, and see that every line arrived."""
    with TemporaryDirectory(dir=log.parent) as folder:
        run, loaded = side(Path(folder) / "x.duckdb", log)
    if loaded != lines:
        raise SystemExit(f"{loaded:,} of {lines:,} rows arrived")
    return run


def _by_duckdb(database: Path, log: Path) -> tuple[Run, int]:
    run = command([sys.executable, "-c", _READ_JSON, str(database), str(log)])
    return run, int(run.said)


def _by_rebill(database: Path, log: Path) -> tuple[Run, int]:
    run = rebill("ingest", "--json", "--db", database, log)
    return run, int(json.loads(run.said)["rows_loaded"])


def _write_log(path: Path, lines: int) -> None:
    """Raw OpenAI chat calls of about a thousand bytes each, the same each time."""
    draw = random.Random(SEED)
    systems = [f"You are assistant {n}. {_text(draw, 30)}" for n in range(12)]
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, lines, _BLOCK):
            block = (_line(draw, n, systems) for n in range(start, min(start + _BLOCK, lines)))
            file.write("".join(block))


def _text(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(WORDS, k=words))


def _line(draw: random.Random, number: int, systems: list[str]) -> str:
    feature = draw.choice(FEATURES)
    model = draw.choice(MODELS)
    prompt, answer = draw.randint(100, 4000), draw.randint(5, 600)
    request = {
        "model": model,
        "messages": [
            {"role": "system", "content": draw.choice(systems)},
            {"role": "user", "content": _text(draw, draw.randint(10, 50))},
        ],
        "temperature": 0.2,
        **({"metadata": {"feature": feature}} if feature else {}),
    }
    response = {
        "id": f"chatcmpl-{number:012x}",
        "object": "chat.completion",
        "created": 1_788_249_600 + number,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": _text(draw, draw.randint(5, 30))}}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": answer,
                  "total_tokens": prompt + answer,
                  "prompt_tokens_details": {"cached_tokens": prompt // 4}},
        "service_tier": "default",
    }  # fmt: skip
    record = {"timestamp": 1_788_249_600 + number, "latency_ms": draw.randint(200, 9000),
              "request": request, "response": response}  # fmt: skip
    return json.dumps(record) + "\n"
