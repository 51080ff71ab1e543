-- Of which features and models were scores loaded by prompt key, and how many judgements are there in all?
SELECT r.feature, e.model, count(DISTINCT e.unit) AS evals
FROM request_evals AS e
JOIN featured_requests AS r USING (request_id)
GROUP BY ALL
HAVING bool_or(starts_with(e.unit, chr(182)))
ORDER BY ALL;
