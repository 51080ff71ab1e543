"""Refuses a file whose rows are of a known format and yet must not be summed."""

# Statements are built of the conditions that formats declare only.
# ruff: noqa: S608

from __future__ import annotations

import re

from analyzer.errors import FormatError
from analyzer.ingest.detect import Detected
from analyzer.ingest.source_file import SourceFile
from analyzer.store import Store


def check_refused(store: Store, source: SourceFile, detected: Detected) -> None:
    """Refuse a staged file that its format says no total can be made of.

    Raises:
        FormatError: with the format's reason.
    """
    refusal = detected.format.refusal
    if refusal is None:
        return
    named = re.search(refusal.file_name, source.name)
    held = f"SELECT count(*) FROM staged WHERE NOT blank AND fault IS NULL AND ({refusal.rows})"
    if named or store.rows(held)[0][0]:
        raise FormatError(f"{source.path}: {refusal.why}")
