-- Keep an answer about the whole log.
INSERT OR REPLACE INTO kept_answers VALUES ($key, $data, $kept_at_us, $answer);
