-- Which files have these numbers?
SELECT source_id, file, sha256, format, rows_loaded, first_ts_us, last_ts_us
FROM sources
WHERE list_contains($numbers, source_id)
ORDER BY source_id;
