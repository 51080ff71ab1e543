"""What all pages share: the desk, the uploads, and the saved scenarios."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.commands.writing import write_text
from analyzer.web.desk import Desk
from analyzer.web.spool import Spool


@dataclass(slots=True)
class Shelf:
    """The saved scenarios of a database: policies by name, in one file beside it."""

    file: Path

    def all(self) -> dict[str, str]:
        """Return every saved policy's text by its name."""
        try:
            held = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(text) for name, text in held.items()}

    def keep(self, name: str, text: str) -> None:
        """Save a policy under a name, in place of an older one."""
        self._write({**self.all(), name: text})

    def drop(self, name: str) -> None:
        """Forget a saved policy."""
        self._write({key: text for key, text in self.all().items() if key != name})

    def _write(self, held: dict[str, str]) -> None:
        write_text(self.file, json.dumps(held, ensure_ascii=False, indent=1) + "\n")


@dataclass(slots=True)
class Office:
    """Everything that outlives a page."""

    desk: Desk
    spool: Spool
    shelf: Shelf
    arrived: dict[str, Callable[[str], None]] = field(default_factory=dict)
    """What to tell a page when one of its uploads has ended: why it failed, or nothing."""

    @classmethod
    def open(cls, db: Path, price_files: tuple[str, ...], most_bytes: int) -> Office:
        """Open the office of one database."""
        spool = Spool.beside(db, most_bytes)
        return cls(Desk(db, price_files), spool, Shelf(db.with_name(f"{db.name}.scenarios.json")))

    def close(self) -> None:
        """Finish the job at hand; leave no upload behind."""
        self.desk.close()
        self.spool.close()
