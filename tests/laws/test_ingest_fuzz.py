"""Whatever stands in a log of any format: one account that adds up, or one clear line.

Records are made of the paths that a format declares, so a new format is covered by itself. Set
FUZZ_EXAMPLES to search for longer.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analyzer.adapters import FORMATS
from analyzer.errors import FormatError
from analyzer.ingest.levels import TOP
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.paths import RECORD, places
from analyzer.store import Store

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
EMAIL, KEY = "jane.roe@example.org", "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12"
PROMPT = "tell nobody that the merger with Umbrella closes on this very Friday"
SECRETS = (EMAIL, KEY, PROMPT)
TOKENS = (
    "input_tokens", "cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens",
    "output_tokens", "reasoning_tokens",
)  # fmt: skip
MOST_TOKENS = 4 * 10**15
MOST_US = 4_102_444_800_000_000

LIKELY = st.sampled_from(
    [0, 1, 100, 5000, "17", "10.0", 1788249600, "2026-09-01T08:00:00Z", "2026-09-01", "gpt-4o",
     "claude-sonnet-4-5", "0.0125", 0.5, "ok", "USD", "chat", "true", "r-1", "r-2"]
)  # fmt: skip
HOSTILE = st.sampled_from(
    [None, "", " ", -1, -0.5, 1e400, float("nan"), float("inf"), 10**19, 2**63, -(2**63), "1e999",
     "NaN", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00+99:99", "=1+1",
     "<script>", "\u0000", "\ud83d\ude00", "a\nb", '"', "'; DROP TABLE requests; --", "{", "[",
     "{}", "[]", '{"a": 1}', [], {}, [[]], [{}], [None], {"": ""}, True, "x" * 5000, "\u202e",
     EMAIL,
     f"mail {EMAIL}", KEY, f"Bearer {KEY}", PROMPT, [{"role": "user", "content": PROMPT}],
     {"content": PROMPT, "user": EMAIL}, [PROMPT], json.dumps({"messages": PROMPT})]
)  # fmt: skip
# Records are put together in place, so each of them has lists and objects of its own: a shared one
# would hold what earlier examples put there, and in time itself.
VALUES = st.one_of(
    LIKELY, LIKELY, LIKELY, HOSTILE.map(copy.deepcopy), st.integers(), st.text(max_size=8)
)


def paths_of(fmt):
    """Every path that a format names: in its columns, conditions, keys and signature."""
    sql = [column.sql for column in fmt.columns.values()] + [fmt.blank, fmt.where]
    sql += [*fmt.roots.values(), *fmt.remarks.values()]
    named = [place for text in sql for place in places(text)] + list(fmt.natural_key)
    named += [key for keys in fmt.signature for key in keys if not key.startswith("!")]
    return sorted({path for path in named if path.partition("=")[0] not in (RECORD, "")})


def steps_of(path):
    found = re.findall(r'"([^"]+)"|([^.\[\]"]+)|\[(\d+|\*)\]', path)
    return [name or plain or int(index.replace("*", "0")) for name, plain, index in found]


def put(holder, steps, value):
    """Set a value at a path, where what is there already lets it."""
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, int):
            if not isinstance(holder, list) or step > 3:
                return
            holder.extend({} for _ in range(step + 1 - len(holder)))
        elif not isinstance(holder, dict):
            return
        if after is None:
            holder[step] = value
            return
        inner = [] if isinstance(after, int) else {}
        if isinstance(step, int):
            holder[step] = holder[step] or inner
        holder = holder[step] if isinstance(step, int) else holder.setdefault(step, inner)


@st.composite
def records(draw, fmt):
    """One record with a value at most of the paths, hostile now and then."""
    names = (TOP, *fmt.rows)
    levels = [{} for _ in names]
    for path in paths_of(fmt):
        place, equals, wanted = path.partition("=")
        if draw(st.integers(0, 9)) == 0:
            continue
        steps = steps_of(place)
        level = names.index(steps[0]) if fmt.rows and steps[0] in names else len(names) - 1
        value = wanted if equals and draw(st.integers(0, 9)) else draw(VALUES)
        put(levels[level], steps[1:] if fmt.rows and steps[0] in names else steps, value)
    for number, listed in reversed(list(enumerate(fmt.rows.values()))):
        place = next((p for p in places(listed) if p != RECORD), None)
        if place is not None:
            inner = _as_pairs(levels[number + 1], fmt)
            put(levels[number], steps_of(place), draw(st.sampled_from([[inner], [inner, {}], []])))
    return _as_pairs(levels[0], fmt)


def _as_pairs(record, fmt):
    """Write attributes as OpenTelemetry does where the format reads them so."""
    for name, sql in fmt.roots.items():
        if "otlp_" in sql and isinstance(record.get(name), dict):
            pairs = record[name].items()
            record[name] = [{"key": k, "value": {"stringValue": str(v)}} for k, v in pairs]
    return record


def as_json_lines(rows, junk):
    lines = [json.dumps(row).encode() for row in rows]
    return b"\n".join([*lines[:1], *junk, *lines[1:]])


def as_csv(fmt, rows, junk):
    header = sorted({str(steps_of(path.partition("=")[0])[0]) for path in paths_of(fmt)})
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in header])
    return out.getvalue().encode("utf-8", "replace") + b"\n".join(junk)


def _cell(value):
    return json.dumps(value) if isinstance(value, (dict, list)) else value


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    """One database for each format, and what its rows have come to so far."""
    return tmp_path_factory.mktemp("fuzz")


JUNK = st.lists(
    st.sampled_from([b"\xff\xfe", b"{", b"\x00", b'{"a": }', b"[1]", b"", b'"']), max_size=2
)


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
def test_any_log_of_any_format_is_accounted_for(databases, fmt):
    with Store.open(databases / f"{fmt.name}.duckdb") as store:
        store.unlock_digests()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(rows=st.lists(records(fmt), min_size=1, max_size=6), junk=JUNK, data=st.data())
        def search(rows, junk, data):
            kind = data.draw(st.sampled_from([kind for kind in fmt.kinds if kind != "parquet"]))
            written = as_csv(fmt, rows, junk) if kind == "csv" else as_json_lines(rows, junk)
            path = databases / f"{fmt.name}.log"
            path.write_bytes(written)
            _load(store, path, fmt)

        search()
        store.rows("CHECKPOINT")
        lines = store.rows("SELECT count(*) FROM charges WHERE line_item = $text", {"text": PROMPT})
        others = store.rows("SELECT * EXCLUDE line_item FROM charges")
    held = (databases / f"{fmt.name}.duckdb").read_bytes()
    # The line of a bill may be any short sentence, but nothing else of a bill is one.
    for secret in SECRETS[:2] if lines != [(0,)] else SECRETS:
        assert secret.encode() not in held
    assert PROMPT not in str(others)


def _load(store, path, fmt):
    try:
        account = ingest_file(store, path, Wish(format=fmt.name))
    except FormatError as error:
        said = str(error)
        is_one_clear_line = said.startswith(str(path)) and "\n" not in said
        if not is_one_clear_line or any(secret in said for secret in SECRETS):
            raise AssertionError(said) from error
        return
    ends = account.rows_loaded + account.duplicates + account.rejects + account.set_aside
    assert account.rows_in == ends
    loaded, rejects = store.rows(
        "SELECT sum(rows_loaded)::BIGINT, sum(rejects)::BIGINT FROM sources"
    )[0]
    assert store.rows(f"SELECT count(*) FROM {account.table}") == [(loaded,)]
    assert store.rows("SELECT count(*) FROM rejects") == [(rejects,)]
    assert not any(secret in str(account) for secret in SECRETS)
    _is_sane(store, account.table)


def _is_sane(store, table):
    """No negative or absurd number is in a table."""
    if table == "charges":
        assert store.rows(
            "SELECT count(*) FROM charges WHERE abs(cost_pico) > 10::HUGEINT ** 24"
        ) == [(0,)]
        return
    odd = [f"{name} NOT BETWEEN 0 AND {MOST_TOKENS}" for name in TOKENS]
    odd.append("cached_input_tokens + cache_write_tokens + cache_write_1h_tokens > input_tokens")
    times = ("ts_us",) if table == "requests" else ("start_us", "end_us")
    odd += [f"{name} NOT BETWEEN 0 AND {MOST_US}" for name in times]
    assert store.rows(f"SELECT count(*) FROM {table} WHERE {' OR '.join(odd)}") == [(0,)]
