-- Which files hold charges of the same provider and time, grouped another way than the staged ones?
WITH told AS (
  SELECT DISTINCT provider, start_us, greatest(end_us, start_us + 1) AS end_us
  FROM fresh
  WHERE NOT EXISTS (SELECT 1 FROM charges AS c WHERE c.natural_key = fresh.natural_key)
),
held AS (
  SELECT DISTINCT c.source_id, c.provider, c.start_us,
    greatest(c.end_us, c.start_us + 1) AS end_us
  FROM charges AS c
  JOIN sources AS s ON s.source_id = c.source_id
  LEFT JOIN groupings AS g ON g.source_id = c.source_id
  WHERE s.format <> $format OR g.grouped_by IS DISTINCT FROM $grouped_by
)
SELECT held.source_id, held.provider, '' AS held_model, '' AS told_model,
  min(greatest(held.start_us, told.start_us)) AS first_us,
  max(least(held.end_us, told.end_us)) AS last_us
FROM held
JOIN told ON held.provider = told.provider
  AND held.start_us < told.end_us AND told.start_us < held.end_us
GROUP BY ALL
ORDER BY held.source_id;
