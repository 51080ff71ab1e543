"""Reads the tables and the visible text back out of a report's HTML."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser

HIDDEN = ("script", "style", "title")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: dict[str, list[list[list[str]]]] = {}
        self.text: list[str] = []
        self.open: list[str] = []
        self.rows: list[list[list[str]]] = []
        self.caption = ""
        self.joins = False
        """Whether the text at hand goes on after a place where a name may break."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "input", "br", "img", "wbr"):
            self.open.append(tag)
        if tag == "table":
            self.rows, self.caption = [], ""
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append([])
        self.joins = tag == "wbr"

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()
        if tag == "table":
            self.tables[self.caption.strip()] = self.rows

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in HIDDEN:
            return
        self.text.append(data)
        if "caption" in self.open:
            self.caption += data
        elif "table" in self.open and self.rows and self.rows[-1] and data.strip():
            cell = self.rows[-1][-1]
            if self.joins and cell:
                cell[-1] += data
            else:
                cell.append(data)
        self.joins = False


def tables(page: str) -> dict[str, list[list[list[str]]]]:
    """Return the page's tables by caption: rows of cells, each cell its runs of text."""
    reader = _Reader()
    reader.feed(page)
    return reader.tables


def table(page: str, caption: str) -> list[list[list[str]]]:
    """Return the rows of the one table whose caption starts so."""
    (rows,) = (rows for title, rows in tables(page).items() if title.startswith(caption))
    return rows


def text(page: str) -> str:
    """Return what a reader without scripts sees."""
    reader = _Reader()
    reader.feed(page)
    return "".join(reader.text)


def dollars(spelled: str) -> Decimal:
    """Read a printed amount back; an en dash is nothing."""
    if spelled == "\N{EN DASH}":
        return Decimal(0)
    plain = spelled.replace("\N{MINUS SIGN}", "-").replace("$", "").replace(",", "")
    return Decimal(plain.removesuffix("%"))
