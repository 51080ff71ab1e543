"""Weighs the values of a policy: one of them moved at a time, the log replayed at each."""
