-- How did each model score on each feature, in loaded evals? Difficulties ('*') are no scores.
-- Each judgement counts once, however many requests it speaks of.
WITH scored AS (
  SELECT r.feature, e.model, e.unit, avg(e.score) AS score
  FROM request_evals AS e
  JOIN featured_requests AS r USING (request_id)
  WHERE e.model <> '*'
  GROUP BY ALL
)
SELECT feature, model, count(*) AS evals, avg(score) AS mean_score
FROM scored
GROUP BY ALL
ORDER BY ALL;
