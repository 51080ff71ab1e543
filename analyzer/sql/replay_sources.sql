-- When does each file's log start and end, in the order in which they were loaded?
SELECT source_id, min(ts_us) AS first_ts_us, max(ts_us) AS last_ts_us, max(rowid) AS last_row
FROM requests
GROUP BY source_id
ORDER BY min(rowid);
