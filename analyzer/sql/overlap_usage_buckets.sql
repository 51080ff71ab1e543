-- Which files hold totals of the same provider and time, grouped another way than the staged ones?
WITH told AS (
  SELECT DISTINCT provider, model, start_us, greatest(end_us, start_us + 1) AS end_us
  FROM fresh
  WHERE NOT EXISTS (SELECT 1 FROM usage_buckets AS u WHERE u.natural_key = fresh.natural_key)
),
held AS (
  SELECT DISTINCT u.source_id, u.provider, u.model, u.start_us,
    greatest(u.end_us, u.start_us + 1) AS end_us
  FROM usage_buckets AS u
  JOIN sources AS s ON s.source_id = u.source_id
  LEFT JOIN groupings AS g ON g.source_id = u.source_id
  WHERE s.format <> $format OR g.grouped_by IS DISTINCT FROM $grouped_by
)
SELECT held.source_id, held.provider, held.model AS held_model, told.model AS told_model,
  min(greatest(held.start_us, told.start_us)) AS first_us,
  max(least(held.end_us, told.end_us)) AS last_us
FROM held
-- A gateway's totals hold what the providers' own exports hold.
JOIN told ON (held.provider = told.provider OR 'litellm' IN (held.provider, told.provider))
  AND held.start_us < told.end_us AND told.start_us < held.end_us
GROUP BY ALL
ORDER BY held.source_id, held_model, told_model;
