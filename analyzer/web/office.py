"""What all pages share: the desk, the uploads, and the saved scenarios."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from analyzer.commands.writing import write_text
from analyzer.errors import StoreError
from analyzer.web.desk import Desk
from analyzer.web.spool import Spool
from analyzer.web.tuning import Tuner

_KEPT_TUNED = 20


@dataclass(slots=True)
class Shelf:
    """The saved scenarios of a database: policies by name, in one file beside it."""

    file: Path

    def all(self) -> dict[str, str]:
        """Return every saved policy's text by its name.

        Raises:
            StoreError: the file cannot be read, and so must not be written over.
        """
        try:
            held = json.loads(self.file.read_text(encoding="utf-8"))
            if not all(isinstance(text, str) for text in held.values()):
                raise ValueError("a saved policy is no text")
            return dict(held)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise StoreError(
                f"{self.file}: the saved scenarios cannot be read: mend that file or move it away"
            ) from error

    def keep(self, name: str, text: str) -> str | None:
        """Save a policy under a name; return the name that another policy of that name has now."""
        held = self.all()
        older = held.get(name, text)
        if older == text:
            self._write({**held, name: text})
            return None
        aside = _free(f"{name} (before)", held)
        self._write({**held, aside: older, name: text})
        return aside

    def drop(self, name: str) -> None:
        """Forget a saved policy."""
        self._write({key: text for key, text in self.all().items() if key != name})

    def _write(self, held: dict[str, str]) -> None:
        write_text(self.file, json.dumps(held, ensure_ascii=False, indent=1) + "\n")


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first number behind it that makes it a new one."""
    numbered = (f"{name[:-1]} {number})" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


@dataclass(slots=True)
class Office:
    """Everything that outlives a page."""

    desk: Desk
    spool: Spool
    shelf: Shelf
    tuner: Tuner
    arrived: dict[str, Callable[[str], None]] = field(default_factory=dict)
    """What to tell a page when one of its uploads has ended: why it failed, or nothing."""
    tuned: dict[str, str] = field(default_factory=dict)
    """The last tuned policies, as they are written, by a number that nobody can guess."""

    @classmethod
    def open(cls, db: Path, price_files: tuple[str, ...], most_bytes: int) -> Office:
        """Open the office of one database."""
        spool = Spool.beside(db, most_bytes)
        desk, shelf = Desk(db, price_files), Shelf(db.with_name(f"{db.name}.scenarios.json"))
        return cls(desk, spool, shelf, Tuner(desk))

    def keep_tuned(self, text: str) -> str:
        """Keep a tuned policy for its download, and return its number."""
        while len(self.tuned) >= _KEPT_TUNED:
            self.tuned.pop(next(iter(self.tuned)))
        number = secrets.token_hex(16)
        self.tuned[number] = text
        return number

    def close(self) -> None:
        """Finish the job at hand; leave no upload behind."""
        self.tuner.close()
        self.desk.close()
        self.spool.close()
