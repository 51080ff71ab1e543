-- How many staged scores replace a loaded one, and how many does a later row replace?
WITH names AS (
  SELECT request_id, model, judge, count(*) AS rows
  FROM staged WHERE NOT blank AND fault IS NULL
  GROUP BY ALL
)
SELECT
  coalesce(sum(rows - 1), 0)::BIGINT AS superseded,
  count(e.score) AS replaced
FROM names
LEFT JOIN evals AS e
  ON e.request_id = names.request_id AND e.model = names.model AND e.judge = names.judge;
