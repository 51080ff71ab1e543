-- Keep the sums of a replay.
INSERT OR REPLACE INTO prepared VALUES ($key, $data, $kept_at_us, $cells, $tallies, $evals);
