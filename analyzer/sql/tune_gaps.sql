-- How long after the last one does a prompt come back, in each feature?
-- a lifetime just above one of them is where more requests would hit.
WITH gaps AS (
  SELECT feature, ts_us - lag(ts_us) OVER (PARTITION BY feature, prompt_key ORDER BY ts_us) AS gap
  FROM featured_requests
  WHERE ok AND NOT served_from_cache AND prompt_key IS NOT NULL
)
SELECT
  feature,
  unnest(quantile_disc(gap, [0.1, 0.25, 0.5, 0.75, 0.9])) AS gap_us
FROM gaps
WHERE gap IS NOT NULL
GROUP BY feature
ORDER BY ALL;
