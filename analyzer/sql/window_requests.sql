-- Between which moments do the rows of one file lie?
SELECT min(ts_us) AS first_ts_us, max(ts_us) AS last_ts_us
FROM requests WHERE source_id = $source_id;
