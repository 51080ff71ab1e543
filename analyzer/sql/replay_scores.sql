-- What did the loaded evals score, request by request and model by model?
SELECT e.request_id, e.model, avg(e.score) AS score
FROM request_evals AS e
GROUP BY ALL
ORDER BY ALL;
