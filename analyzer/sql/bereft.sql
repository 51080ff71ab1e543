-- Which rows of files that are to give way would stand nowhere then, and what do they come to?
-- Money that is grouped otherwise is told by the days; else by rows of the same names and time.
WITH held AS (
  SELECT source_id, names_key, start_us, end_us,
    CASE WHEN upper(currency) = 'USD' THEN cost_pico END AS usd_pico
  FROM charges
  UNION ALL
  SELECT source_id, names_key, start_us, end_us, logged_cost_pico FROM usage_buckets
)
SELECT s.file, count(*) AS rows, sum(t.usd_pico)::HUGEINT AS usd_pico,
  min(t.start_us) AS first_us, max(t.end_us) AS last_us
FROM held AS t
JOIN sources AS s ON s.source_id = t.source_id
LEFT JOIN groupings AS g ON g.source_id = t.source_id
WHERE list_contains($numbers, t.source_id)
  AND CASE WHEN s.format <> $format OR g.grouped_by IS DISTINCT FROM $grouped_by
    THEN t.end_us <= (SELECT min(start_us) FROM fresh) OR t.start_us >= (SELECT max(end_us) FROM fresh)
    ELSE NOT EXISTS (
      SELECT 1 FROM fresh AS f
      WHERE f.names_key = t.names_key
        AND f.start_us < greatest(t.end_us, t.start_us + 1)
        AND t.start_us < greatest(f.end_us, f.start_us + 1)
    )
  END
GROUP BY s.file
ORDER BY s.file;
