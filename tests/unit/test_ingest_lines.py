"""Cutting bytes into records agrees with the csv module, wherever the chunks end."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.ingest.lines import LINE_SCHEMA, LineReader
from analyzer.ingest.source_file import SourceFile
from analyzer.store import Store

FIELDS = st.lists(
    st.text(st.sampled_from('ab",;\n\r é'), max_size=6), min_size=1, max_size=4
).filter(lambda fields: fields != [""])


@pytest.fixture(scope="module")
def macros(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("macros") / "x.duckdb") as store:
        store.unlock_digests()
        yield store


def read(path, delimiter=None, chunk_bytes=8 << 20):
    """Return the lines as (number, bytes) pairs, read in chunks of a size."""
    source = SourceFile(path)
    whole = source.chunks
    source.chunks = lambda: whole(chunk_bytes)
    reader = LineReader(source, delimiter)
    table = reader.reader().read_all()
    assert table.schema == LINE_SCHEMA
    assert reader.lines == len(table)
    return list(zip(table["line"].to_pylist(), table["raw"].to_pylist(), strict=True))


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(FIELDS, min_size=1, max_size=8),
    chunk_bytes=st.sampled_from([1, 2, 3, 7, 64]),
    delimiter=st.sampled_from(",;"),
    ending=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_records_are_what_the_csv_module_wrote(
    macros, tmp_path_factory, rows, chunk_bytes, delimiter, ending, last, quoting
):
    if quoting == csv.QUOTE_MINIMAL:
        # The csv module does not quote a lone carriage return, and so cannot read it back either.
        rows = [[field.replace("\r", "") or "-" for field in row] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    text = out.getvalue() if last else out.getvalue().removesuffix(ending)
    path = tmp_path_factory.mktemp("lines") / "x.csv"
    path.write_bytes(text.encode())
    records = read(path, delimiter, chunk_bytes)
    found = [
        macros.rows(
            "SELECT csv_fields($r, $d)",
            {"r": raw.decode().removesuffix("\n").removesuffix("\r"), "d": delimiter},
        )[0][0]
        for _, raw in records
    ]
    assert b"".join(raw for _, raw in records) == text.encode()
    assert found == rows
    lines = [1]
    for _, raw in records[:-1]:
        lines.append(lines[-1] + raw.count(b"\n"))
    assert [number for number, _ in records] == lines


@settings(max_examples=80, deadline=None)
@given(
    data=st.binary(max_size=60) | st.text('ab"\n,', max_size=60).map(str.encode),
    chunk_bytes=st.sampled_from([1, 3, 16]),
    delimiter=st.sampled_from([None, ","]),
)
def test_no_byte_is_lost_whatever_the_bytes(tmp_path_factory, data, chunk_bytes, delimiter):
    path = tmp_path_factory.mktemp("bytes") / "x"
    # A first byte that no packing starts with.
    path.write_bytes(b"-" + data)
    records = read(path, delimiter, chunk_bytes)
    assert b"".join(raw for _, raw in records) == b"-" + data
    if delimiter is None:
        assert all(raw.endswith(b"\n") and raw.count(b"\n") == 1 for _, raw in records[:-1])
        assert [number for number, _ in records] == list(range(1, len(records) + 1))


def test_a_stray_quote_costs_its_own_line_only(tmp_path):
    path = tmp_path / "x.csv"
    rows = [b"a,b\n", b'1,"x\n', b'2,"y"\n', b'3,5" pipe\n', b'4,"two\nlines"\n', b'5,"z"q\n']
    rows += [b'6,"end\n', b"7,w\n"]
    path.write_bytes(b"".join(rows))
    assert [raw for _, raw in read(path, ",")] == rows


def test_a_file_full_of_stray_quotes_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'1,5" pipe\n' * 1000)
    with pytest.raises(FormatError, match="is this CSV"):
        read(path, ",")
