-- Between which moments do the rows of one file lie?
SELECT min(start_us) AS first_ts_us, max(end_us) AS last_ts_us
FROM usage_buckets WHERE source_id = $source_id;
