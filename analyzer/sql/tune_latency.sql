-- How long does a logged call take, by feature and model, in a stretch of time?
SELECT feature, model, count(*) AS calls, avg(latency_us)::BIGINT AS mean_us,
  quantile_disc(latency_us, 0.95) AS p95_us
FROM featured_requests
WHERE ok AND NOT served_from_cache AND latency_us IS NOT NULL
  AND ts_us BETWEEN $from_us AND $until_us
GROUP BY ALL
ORDER BY ALL;
