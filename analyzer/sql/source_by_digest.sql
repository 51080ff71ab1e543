-- Was a file with these bytes loaded before, and how many rows did it have?
SELECT
  source_id,
  file,
  format,
  rows_in,
  duplicates,
  first_ts_us,
  last_ts_us,
  loaded_at_us,
  CASE
    WHEN source_id IN (SELECT source_id FROM usage_buckets) THEN 'usage_buckets'
    WHEN source_id IN (SELECT source_id FROM charges) THEN 'charges'
    ELSE 'requests'
  END AS held_in
FROM sources
WHERE sha256 = $sha256;
