"""What can go wrong, as types: errors that stop a command, and values that say "could not"."""

from __future__ import annotations

from dataclasses import dataclass


class RebillError(Exception):
    """Bad input or usage. One line: what is wrong, where, and the mend. Exit code 2."""

    exit_code = 2


class PolicyError(RebillError):
    """Raised when a policy file cannot be used as written."""


class PriceError(RebillError):
    """Raised when a price file cannot be used as written, or a policy names an unpriced model."""


class FormatError(RebillError):
    """Raised when a log file matches no known format, or more than one."""


class UnknownFormatError(FormatError):
    """Raised when a file matches no known format.

    ``found`` says what it is instead, ``nearest`` what it is almost, where it is.
    """

    def __init__(self, found: str, mend: str, nearest: str) -> None:
        super().__init__(f"{found}. {mend}")
        self.found, self.nearest = found, nearest


class OverlapError(FormatError):
    """Raised when a file tells of money that is loaded already. ``found`` says which and where."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(f"{found}: {mend}")
        self.found = found


class StoreError(RebillError):
    """Raised when the database cannot be opened, is locked, or was written by a newer version."""


class UnevaluatedError(RebillError):
    """Raised when a gate that the user asked for could not be evaluated. Exit code 3."""

    exit_code = 3


class StoppedError(RebillError):
    """Raised when whoever asked for a long search stopped it. Exit code 130, as for Ctrl-C."""

    exit_code = 130


class GateError(RebillError):
    """Raised when all was done, but a gate that the user asked for failed. Exit code 1."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Skipped:
    """A lever that a policy asks for and that this log cannot answer for one feature."""

    lever: str
    feature: str
    missing: str


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Requests of a model that no price table knows. They leave every step and are counted."""

    model: str
    requests: int
    tokens: int
