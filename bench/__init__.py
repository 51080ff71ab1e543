"""Benchmarks: each measures one claim, both sides in the same run, and prints what it found."""
