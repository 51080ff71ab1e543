"""What a request was for: paths that may name it, the user's own names, and call sites."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.adapter import Format
from analyzer.errors import FormatError
from analyzer.ingest.paths import parse_path, places
from analyzer.store import Store

MAX_NAMES_BYTES = 64 << 20
_CONTENT = re.compile(
    r"(^|_)(messages?|prompts?|inputs?|outputs?|contents?|texts?|completions?|choices|system|"
    r"instructions?|questions?|answers?|query|arguments|tool_calls|transcript|body|"
    r"responses?$|requests?$)$"
)
"""The last word of a name under which prompts and answers stand."""
_NAMES_HEADER = ("id", "feature")
_NAMED = re.compile(r"""[^.\[\]"']+""")


@dataclass(frozen=True, slots=True)
class NamesLoaded:
    """What became of a file of names."""

    names: int
    unused: int
    """Names of ids that no loaded row has."""


def refuse_content(path: str, said_by: str) -> None:
    """Refuse a feature's path that leads to prompts or answers; a feature is stored as it stands.

    Raises:
        FormatError: with the name that gives it away, or because it is no path.
    """
    parse_path(path)
    step = content_step(path)
    if step:
        raise FormatError(
            f"{said_by} {path}: prompts or answers stand under {step!r}, and a feature is stored "
            "as it stands: name a field such as metadata.team"
        )


def content_step(path: str) -> str:
    """Return the step of a path under which prompts or answers stand; empty where there is none."""
    steps: list[str] = _NAMED.findall(path)
    for place, step in enumerate(steps):
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", step).lower().replace("-", "_")
        above = place < len(steps) - 1
        if above and plain in ("request", "response", "requests", "responses", "body"):
            continue
        if _CONTENT.search(plain):
            return step
    return ""


def refuse_digested(fmt: Format, path: str | None) -> None:
    """Refuse a feature's path that the format keeps as a digest only: users, sessions, keys.

    Raises:
        FormatError: with the column that it is read as.
    """
    if path is None:
        return
    own = fmt.columns.get("feature")
    if own is not None and path in places(own.sql):
        return
    for name, column in fmt.columns.items():
        if column.unit == "digest" and path in places(column.sql):
            raise FormatError(
                f"--feature {path}: {fmt.name} reads it as {name}, which is only kept as a "
                "digest: name another field"
            )


def load_names(store: Store, path: Path) -> NamesLoaded:
    """Load the user's names of features: CSV with the columns ``id`` and ``feature``.

    An id is what the log names: a project, a key's hash, a call site. Later names replace earlier
    ones; nothing is ingested again. Digests must be unlocked.

    Raises:
        FormatError: file, line and mend, where the file cannot be read as that.
    """
    names = dict(_read_names(path))
    ids, given = list(names), list(names.values())
    with store.transaction():
        store.rows(
            "INSERT OR REPLACE INTO feature_names SELECT stored_name(id), stored_name(name) "
            "FROM (SELECT unnest($ids::VARCHAR[]) AS id, unnest($names::VARCHAR[]) AS name)",
            {"ids": ids, "names": given},
        )
    used = store.rows(
        "SELECT count(*) FROM (SELECT stored_name(unnest($ids::VARCHAR[])) AS id) WHERE id IN "
        "(SELECT feature_id FROM featured_requests UNION ALL SELECT feature_id FROM "
        "featured_buckets)",
        {"ids": ids},
    )[0][0]
    return NamesLoaded(len(names), len(names) - int(used))


def infer_call_sites(store: Store) -> None:
    """From now on, tell untagged requests apart by their system prompt and tools."""
    store.rows("INSERT OR REPLACE INTO meta VALUES ('infer_features', 'true')")


def stop_inferring(store: Store) -> None:
    """Let untagged requests be untagged again."""
    store.rows("DELETE FROM meta WHERE key = 'infer_features'")


def _read_names(path: Path) -> Iterator[tuple[str, str]]:
    lines = _text(path).splitlines()
    header = tuple(name.strip().lower() for name in next(csv.reader(lines[:1]), []))
    if not set(_NAMES_HEADER) <= set(header):
        raise FormatError(f"{path}: line 1: the columns must be id,feature")
    id_place, name_place = (header.index(name) for name in _NAMES_HEADER)
    seen: dict[str, str] = {}
    rows = csv.reader(lines[1:], strict=True)
    try:
        for row in rows:
            if not any(row):
                continue
            where = f"{path}: line {rows.line_num + 1}"
            if len(row) != len(header):
                raise FormatError(f"{where}: {len(row)} fields, and the header has {len(header)}")
            raw, name = row[id_place].strip(), row[name_place].strip()
            if not raw or not name:
                raise FormatError(f"{where}: id and feature must both be filled in")
            if seen.setdefault(raw, name) != name:
                raise FormatError(f"{where}: this id has another feature above: keep one")
            yield raw, name
    except csv.Error as error:
        raise FormatError(f"{path}: line {rows.line_num + 1}: not CSV ({error})") from error


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise FormatError(f"{path}: no such file; name a CSV with the columns id,feature")
        if path.stat().st_size > MAX_NAMES_BYTES:
            raise FormatError(f"{path}: larger than {MAX_NAMES_BYTES >> 20} MiB: no list of names")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8: save the file as UTF-8") from error
    if "\0" in text:
        raise FormatError(f"{path}: holds NUL bytes: this is no text file")
    return text
