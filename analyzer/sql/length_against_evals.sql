-- Where an answer has a loaded eval, does its length accept the good ones and only those?
-- score: as the routing lever's length score, in whole characters ($enough of them accept).
WITH scored AS (
  SELECT request_id, model, avg(score) AS score
  FROM request_evals
  WHERE model <> '*'
  GROUP BY ALL
)
SELECT
  r.feature,
  s.model,
  count(*) AS evals,
  count(*) FILTER (s.score >= $good) AS good,
  count(*) FILTER (r.response_chars >= $enough) AS accepted,
  count(*) FILTER (r.response_chars >= $enough AND s.score >= $good) AS accepted_good
FROM scored AS s
JOIN featured_requests AS r USING (request_id)
WHERE r.ok AND NOT r.served_from_cache AND r.response_chars IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
