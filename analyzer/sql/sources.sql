-- Which files were loaded, and how is every row of them accounted for?
SELECT
  source_id, file, sha256, format, bytes, rows_in, rows_loaded, duplicates, rejects, set_aside,
  first_ts_us, last_ts_us, loaded_at_us
FROM sources
ORDER BY source_id;
