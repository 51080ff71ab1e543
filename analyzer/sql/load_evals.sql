-- Load the scores; of one request, model and judge the last line of the file stays.
INSERT OR REPLACE INTO evals BY NAME
SELECT request_id, model, judge, arg_max(score, seq) AS score
FROM staged
WHERE NOT blank AND fault IS NULL
GROUP BY ALL;
