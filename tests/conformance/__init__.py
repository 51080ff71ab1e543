"""One suite for every runner: the same sums, findings and JSON, wherever a replay runs."""
