-- Of which files are the staged totals copies? Those that tell of no other time than they do.
SELECT DISTINCT s.source_id
FROM fresh
JOIN sources AS s ON s.source_id = fresh.copied_from
WHERE s.first_ts_us >= (SELECT min(start_us) FROM fresh)
  AND s.last_ts_us <= (SELECT max(end_us) FROM fresh)
ORDER BY s.source_id;
