-- Which requests should be scored next, for each wanted feature and model?
-- Ordered by a digest of seed and id: the models of a feature are scored on the same requests as
-- far as they can be. Ids that a spreadsheet would run as a formula are left out.
WITH scored AS (
  SELECT DISTINCT e.request_id, i.model_id
  FROM request_evals AS e
  JOIN identities AS i ON e.model = i.model
), candidates AS (
  SELECT
    w.feature,
    w.model,
    w.samples,
    r.request_id,
    row_number() OVER (
      PARTITION BY w.feature, w.model ORDER BY md5($seed || ':' || r.request_id), r.request_id
    ) AS place
  FROM wanted AS w
  JOIN featured_requests AS r ON r.feature = w.feature
  LEFT JOIN scored AS s ON s.request_id = r.request_id AND s.model_id = w.model_id
  WHERE r.ok
    AND NOT r.served_from_cache
    AND s.request_id IS NULL
    AND NOT regexp_matches(r.request_id, '^[=+\-@\t\r]')
)
SELECT request_id, feature, model
FROM candidates
WHERE place <= samples
ORDER BY feature, model, place;
