"""The slow reference: REPLAY.md walked one request at a time, in plain integers and fractions.

It shares no code with the analyzer, so that it can judge it. Speed does not matter here; a reader
should be able to hold this package beside the page and nod.
"""

from tests.oracle.replay import simulate

__all__ = ["simulate"]
