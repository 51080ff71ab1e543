"""Where a replay runs: how the partition kernel is mapped over a log."""
