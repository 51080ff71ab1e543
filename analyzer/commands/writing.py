"""Files that commands leave behind: written whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from analyzer.errors import RebillError


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old bytes or the new ones, never half.

    Raises:
        RebillError: the folder is missing or may not be written.
    """
    try:
        with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as part:
            part.write(text)
        Path(part.name).chmod(0o666 & ~_umask())
        Path(part.name).replace(path)
    except OSError as error:
        raise RebillError(f"{path}: cannot be written ({error.strerror}); check -o") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
