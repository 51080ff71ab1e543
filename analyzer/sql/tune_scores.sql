-- Which answers were scored, request by request, with what a route may decide by?
-- Difficulties stand under the model '*'; unit: the judgement behind a score.
WITH scored AS (
  SELECT request_id, model, avg(score) AS score, min(unit) AS unit
  FROM request_evals
  GROUP BY ALL
)
SELECT r.feature, r.ts_us, r.request_id, r.response_chars, r.model AS logged,
  s.model, s.score, s.unit
FROM scored AS s
JOIN featured_requests AS r USING (request_id)
WHERE r.ok AND NOT r.served_from_cache
ORDER BY r.feature, r.ts_us, r.request_id, s.model;
