-- Was a file with these bytes loaded before, and how many rows did it have?
SELECT source_id, file, format, rows_in, first_ts_us, last_ts_us FROM sources WHERE sha256 = $sha256;
