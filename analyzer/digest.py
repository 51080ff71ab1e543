"""The secret that keys a database's digests: where it lies, how it is made, when it is missed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from analyzer.errors import StoreError

SECRET_BYTES = 32
_SECRET_MODE = 0o600


def secret_path(database: Path) -> Path:
    """Return where the secret of a database lies: beside it, named ``<database>.secret``."""
    return database.with_name(f"{database.name}.secret")


def load_secret(database: Path, *, has_rows: bool) -> str:
    """Return the database's secret as 64 hex digits; make one for a database without rows.

    Raises:
        StoreError: the secret of a database with rows is gone, damaged or unreadable.
    """
    path = secret_path(database)
    try:
        return _checked(path, path.read_text(encoding="ascii"))
    except FileNotFoundError:
        if has_rows:
            raise StoreError(
                f"{path}: the secret of this database is gone, so new digests would match none of "
                "its old ones: put the file back, or ingest into a new --db"
            ) from None
        return _create(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: the secret cannot be read ({_reason(error)})") from error


def _checked(path: Path, text: str) -> str:
    secret = text.strip()
    if len(secret) != 2 * SECRET_BYTES or set(secret) - set("0123456789abcdef"):
        raise StoreError(f"{path}: this is not a secret of rebill: put the right file back")
    return secret


def _create(path: Path) -> str:
    """Write a new secret whole or not at all; where another process was first, take its own."""
    secret = secrets.token_hex(SECRET_BYTES)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET_MODE)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"{secret}\n")
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, fails where the name is taken.
            path.hardlink_to(part)
        finally:
            part.unlink()
    except FileExistsError:
        return _checked(path, path.read_text(encoding="ascii"))
    except OSError as error:
        raise StoreError(f"{path}: the secret cannot be written ({_reason(error)})") from error
    return secret


def _reason(error: Exception) -> str:
    return (error.strerror or "") if isinstance(error, OSError) else "it is not text"
