"""Tells which format a file is in, from its first records alone."""

# Statements are built of quoted names and escaped literals only (paths.py).
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.adapter import Format, Kind
from analyzer.adapters import FORMATS
from analyzer.errors import FormatError, StoreError, UnknownFormatError
from analyzer.ingest.csv_header import csv_shapes
from analyzer.ingest.paths import literal, parse_path
from analyzer.ingest.records import MAX_LINE_BYTES, Layout, Shape, json_sources
from analyzer.ingest.source_file import SourceFile
from analyzer.store import Store

AUTO = "auto"
SAMPLE_BYTES = 4 << 20
_SAMPLE_RECORDS = 200
_BOM = b"\xef\xbb\xbf"
_SHOWN_NAMES = 12
_SENT_TO_A_BATCH = {"body", "params"}
"""Beside a custom_id, what OpenAI and Anthropic call a request."""


@dataclass(frozen=True, slots=True)
class Detected:
    """A file's format, and how its records stand in it."""

    format: Format
    shape: Shape
    signature: tuple[str, ...] = ()
    """The keys of the format's signature that the first records have; empty where none fits."""
    names: tuple[str, ...] = ()
    """Names in the first records, where the format expects some that they do not have."""


def named_format(name: str, formats: Sequence[Format] = FORMATS) -> Format:
    """Return the format of a name.

    Raises:
        FormatError: there is none; the message lists them.
    """
    for fmt in formats:
        if fmt.name == name:
            return fmt
    raise FormatError(f"--format {name}: no such format; there are auto, {_names(formats)}")


def detect(
    store: Store, source: SourceFile, plain_path: str, formats: Sequence[Format] = FORMATS
) -> Detected:
    """Return the format of a file and its shape.

    ``plain_path`` is where DuckDB can read the file's plain bytes, for files that it must.

    Raises:
        FormatError: no format fits, or more than one does.
    """
    samples = samples_of(store, source, plain_path)
    for sample in samples:
        found = [(fmt, _fitting(store, fmt, sample)) for fmt in formats]
        fitting = [(fmt, signature) for fmt, signature in found if signature]
        if len(fitting) > 1:
            raise FormatError(
                f"{source.path}: fits more than one format "
                f"({_names([fmt for fmt, _ in fitting])}): name one with --format"
            )
        if fitting:
            return Detected(fitting[0][0], sample.shape, fitting[0][1])
    if _SENT_TO_A_BATCH & set(samples[0].shape.header) and "custom_id" in samples[0].shape.header:
        raise FormatError(
            f"{source.path}: this is what is sent to a batch: load the batch's output, and name "
            "this file with --batch-input"
        )
    nearest = _nearest(samples[0].shape, formats)
    raise UnknownFormatError(
        f"{source.path}: fits no known format. It is {looks(samples[0].shape)}",
        _mend(nearest, formats),
        nearest=nearest,
    )


def _mend(nearest: str, formats: Sequence[Format]) -> str:
    if formats is not FORMATS:
        return f"Name its columns as in {', or '.join(fmt.title for fmt in formats)}"
    known = f"{nearest}; for any other" if nearest else "For a file of your own"
    return f"{known} write a mapping file of a few lines (--mapping)"


def _nearest(shape: Shape, formats: Sequence[Format]) -> str:
    """Name the format whose signature lacks the fewest names, where most of them are there."""
    held = set(shape.header)
    near: list[tuple[int, int, str, list[str]]] = []
    for fmt in formats:
        for keys in fmt.signature if kind_of(shape.layout) in fmt.kinds else ():
            wanted = dict.fromkeys(_top(key, shape) for key in keys if not key.startswith("!"))
            missing = [name for name in wanted if name not in held]
            if missing and len(missing) < len(wanted) - len(missing):
                near.append((len(missing), -len(wanted), fmt.name, missing))
    if not near:
        return ""
    *_, name, missing = min(near)
    return f"It is nearest to {name}, which has {' and '.join(map(repr, missing))} too"


def _top(key: str, shape: Shape) -> str:
    """The column or the first name that a key of a signature asks for."""
    if kind_of(shape.layout) != "json":
        return key.strip('"')
    return parse_path(key.partition("=")[0], many=True).top


def shape_for(store: Store, source: SourceFile, plain_path: str, fmt: Format) -> Detected:
    """Return how to read a file in a format that the user named.

    Raises:
        FormatError: the format is never written like that.
    """
    samples = samples_of(store, source, plain_path)
    found = [(sample.shape, _fitting(store, fmt, sample)) for sample in samples]
    fitting = [(shape, signature) for shape, signature in found if signature]
    shape, signature = fitting[0] if fitting else found[0]
    if kind_of(shape.layout) not in fmt.kinds:
        raise FormatError(
            f"{source.path}: {fmt.name} is never {looks(shape)}; leave --format out to have the "
            "format told"
        )
    return Detected(fmt, shape, signature)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file read in one way, and its first records where they are JSON objects."""

    shape: Shape
    records: tuple[str, ...] = ()


def needs_path(source: SourceFile) -> bool:
    """Return whether DuckDB must read the file itself: Parquet, or JSON that is not one a line."""
    return _layout(source) not in ("lines", "csv")


def _layout(source: SourceFile) -> Layout:
    head = head_of(source)
    if head.startswith(b"PAR1"):
        return "parquet"
    text = head.lstrip()
    if not text:
        raise FormatError(f"{source.path}: the file is empty")
    if text.startswith(b"["):
        return "array"
    if not text.startswith(b"{"):
        return "csv"
    # An indented line stands inside of a document that began above it.
    lines = [line.rstrip() for line in text.splitlines()[:_SAMPLE_RECORDS]]
    if lines[0] == b"{":
        return "documents"
    whole = any(line.startswith(b"{") and line.endswith(b"}") for line in lines)
    return "lines" if whole or len(lines) == 1 else "documents"


def head_of(source: SourceFile) -> bytes:
    """Return the beginning of a file, unpacked."""
    return source.head(SAMPLE_BYTES).removeprefix(_BOM)


def _first_lines(source: SourceFile) -> list[bytes]:
    """Return the first lines; the first one whole, since it may hold all of the file's rows."""
    head = head_of(source)
    lines = head.splitlines()[:_SAMPLE_RECORDS]
    if len(lines) > 1 or len(head) < SAMPLE_BYTES - len(_BOM):
        return lines
    line = b""
    for chunk in SourceFile(source.path).chunks():
        line += chunk
        if b"\n" in chunk or len(line) > MAX_LINE_BYTES:
            break
    return line.removeprefix(_BOM).splitlines()[:1]


def samples_of(store: Store, source: SourceFile, plain_path: str) -> list[Sample]:
    """The ways in which a file may be read, likeliest first."""
    layout = _layout(source)
    if layout == "parquet":
        return [Sample(_parquet(store, source, plain_path))]
    if layout == "csv":
        return [Sample(shape) for shape in csv_shapes(head_of(source), source.path)]
    return [_json(store, source, plain_path, layout)]


def _parquet(store: Store, source: SourceFile, plain_path: str) -> Shape:
    try:
        found = store.describe(f"SELECT * FROM read_parquet({literal(plain_path)})")
    except StoreError as error:
        raise FormatError(f"{source.path}: the Parquet file is damaged or cut short") from error
    names, types = zip(*found, strict=True)
    return Shape("parquet", plain_path, header=names, types=types)


def _json(store: Store, source: SourceFile, plain_path: str, layout: Layout) -> Sample:
    shape = Shape(layout, plain_path)
    params: dict[str, object] = {}
    if layout == "lines":
        params = {"lines": _first_lines(source)}
        read = "SELECT trim(TRY(decode(raw))) AS text FROM (SELECT unnest($lines::BLOB[]) AS raw)"
    else:
        read = f"SELECT text FROM ({json_sources(shape)}) LIMIT {_SAMPLE_RECORDS}"
    try:
        objects = f"SELECT text FROM ({read}) WHERE TRY(json_type(text)) = 'OBJECT'"
        texts = tuple(str(row[0]) for row in store.rows(objects, params))
    except StoreError as error:
        raise FormatError(f"{source.path}: the file is not JSON: {error}") from error
    keys = "SELECT unnest(json_keys(text)) FROM (SELECT unnest($texts::VARCHAR[]) AS text)"
    names = tuple(dict.fromkeys(str(row[0]) for row in store.rows(keys, {"texts": list(texts)})))
    return Sample(Shape(layout, plain_path, header=names), texts)


def kind_of(layout: Layout) -> Kind:
    """Return the kind of file that a layout is a layout of."""
    return layout if layout in ("csv", "parquet") else "json"


def _fitting(store: Store, fmt: Format, sample: Sample) -> tuple[str, ...]:
    """Return the alternative of the format's signature that fits; empty where none does."""
    kind = kind_of(sample.shape.layout)
    if kind not in fmt.kinds:
        return ()
    fits = _fits_json if kind == "json" else _fits_header
    return next((keys for keys in fmt.signature if fits(store, sample, keys, fmt)), ())


def _fits_header(_: Store, sample: Sample, keys: tuple[str, ...], fmt: Format) -> bool:
    names = set(sample.shape.header)
    wanted = {key.strip('"') for key in keys if not key.startswith("!")}
    if names & {key[1:].strip('"') for key in keys if key.startswith("!")}:
        return False
    return wanted == names if fmt.exact else wanted <= names


def _fits_json(store: Store, sample: Sample, keys: tuple[str, ...], _: Format) -> bool:
    """Return whether one of the first records has the keys and values of a signature."""
    names = (key.partition("=")[0] for key in keys if not key.startswith("!"))
    needed = {parse_path(name, many=True).top for name in names}
    if not needed <= set(sample.shape.header):
        return False
    lists = [key[1:] for key in keys if key.startswith("!") and "[*]" in key]
    all_of = " AND ".join(_has(key) for key in keys if key[1:] not in lists)
    none_of = " OR ".join(map(_has, lists)) or "false"
    records = "SELECT unnest($texts::VARCHAR[]) AS text"
    fitting = (
        f"WITH records AS ({records}) SELECT 1 FROM records WHERE {all_of} "
        f"AND NOT EXISTS (FROM records WHERE {none_of}) LIMIT 1"
    )
    return bool(store.rows(fitting, {"texts": list(sample.records)}))


def _has(key: str) -> str:
    if key.startswith("!"):
        return f"NOT list_contains(json_keys(text), {literal(key[1:])})"
    name, equals, value = key.partition("=")
    path = parse_path(name, many=True)
    full = literal(f'$."{path.top}"{path.below}')
    if "[*]" in path.below:
        held = f"json_extract_string(text, {full})"
        return f"list_contains({held}, {literal(value)})" if equals else f"len({held}) > 0"
    if equals:
        return f"json_extract_string(text, {full}) = {literal(value)}"
    if path.below:
        return f"json_extract_string(text, {full}) IS NOT NULL"
    return f"list_contains(json_keys(text), {literal(path.top)})"


def _names(formats: Sequence[Format]) -> str:
    return ", ".join(fmt.name for fmt in formats)


def looks(shape: Shape) -> str:
    """Say what a file looks like: its kind and the first of its names, never its values."""
    kinds = {
        "lines": "JSON lines",
        "array": "a JSON array",
        "documents": "JSON",
        "csv": "CSV",
        "parquet": "Parquet",
    }
    names = [repr(name[:40]) for name in shape.header[:_SHOWN_NAMES]]
    more = ", ..." if len(shape.header) > _SHOWN_NAMES else ""
    what = "columns" if shape.layout in ("csv", "parquet") else "keys"
    shown = f"with the {what} {', '.join(names)}{more}" if names else f"without {what}"
    return f"{kinds[shape.layout]} {shown}"
