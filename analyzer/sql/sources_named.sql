-- Which loaded files have this name, or a digest that starts like this?
SELECT source_id, file, sha256, format, rows_loaded, first_ts_us, last_ts_us
FROM sources
WHERE file = $named OR (length($named) >= 6 AND starts_with(sha256, $named))
ORDER BY source_id;
