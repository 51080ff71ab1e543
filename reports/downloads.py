"""Packs the appendix tables into links that hold their own file: no script, no request."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import Findings
from reports import appendix


@dataclass(frozen=True, slots=True)
class Download:
    """One file inside the page."""

    name: str
    title: str
    rows: int
    url: str


def downloads(findings: Findings) -> tuple[Download, ...]:
    """Return every appendix table as a link that a browser saves under its name."""
    return tuple(_download(table) for table in appendix.tables(findings))


def _download(table: appendix.Table) -> Download:
    # A byte order mark, so that a spreadsheet reads the names of features as UTF-8.
    content = ("\ufeff" + appendix.to_csv(table)).encode("utf-8", "backslashreplace")
    url = "data:text/csv;charset=utf-8," + escape(content)
    return Download(f"rebill-{table.name}.csv", table.title, len(table.rows), url)


def escape(content: bytes) -> str:
    """Return bytes as the part of a URL: shorter than base64 where most are plain ASCII."""
    return "".join(_ESCAPED[byte] for byte in content)


_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~,:;/()!*$@")
_ESCAPED = tuple(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256))
