-- How did each model score on each feature, in loaded evals? Difficulties ('*') are no scores.
WITH scored AS (
  SELECT request_id, model, avg(score) AS score
  FROM evals
  WHERE model <> '*'
  GROUP BY ALL
)
SELECT r.feature, s.model, count(*) AS evals, avg(s.score) AS mean_score
FROM scored AS s
JOIN featured_requests AS r USING (request_id)
GROUP BY ALL
ORDER BY ALL;
