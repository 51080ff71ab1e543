-- Which files hold totals of the same provider and time as the staged ones?
-- They are grouped another way, or have the same names and other periods. A gateway's totals hold
-- what the providers' exports hold.
WITH told AS (
  SELECT DISTINCT provider_name(provider) AS provider, model, names_key, start_us,
    greatest(end_us, start_us + 1) AS end_us
  FROM fresh
  WHERE copied_from IS NULL
),
held AS (
  SELECT DISTINCT u.source_id, provider_name(u.provider) AS provider, u.model, u.names_key,
    u.start_us, greatest(u.end_us, u.start_us + 1) AS end_us,
    s.format <> $format OR g.grouped_by IS DISTINCT FROM $grouped_by AS otherwise
  FROM usage_buckets AS u
  JOIN sources AS s ON s.source_id = u.source_id
  LEFT JOIN groupings AS g ON g.source_id = u.source_id
),
met AS (
  SELECT held.*, told.model AS told_model, told.start_us AS told_start_us, told.end_us AS told_end_us
  FROM (SELECT DISTINCT * EXCLUDE (names_key) FROM held WHERE otherwise) AS held
  JOIN (SELECT DISTINCT * EXCLUDE (names_key) FROM told) AS told
    ON (held.provider = told.provider OR any_provider(held.provider) OR any_provider(told.provider))
    AND held.start_us < told.end_us AND told.start_us < held.end_us
  UNION ALL
  SELECT held.* EXCLUDE (names_key), told.model, told.start_us, told.end_us
  FROM held
  JOIN told USING (names_key)
  WHERE NOT held.otherwise AND held.start_us < told.end_us AND told.start_us < held.end_us
    AND (held.start_us, held.end_us) <> (told.start_us, told.end_us)
)
SELECT source_id, provider, model AS held_model, told_model, otherwise,
  min(greatest(start_us, told_start_us)) AS first_us,
  max(least(end_us, told_end_us)) AS last_us
FROM met
GROUP BY ALL
ORDER BY source_id, held_model, told_model;
