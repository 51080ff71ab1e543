-- Which staged totals overlap in time with others of the same names in their own file?
WITH periods AS (
  SELECT DISTINCT names_key, start_us, greatest(end_us, start_us + 1) AS end_us FROM fresh
),
run AS (
  SELECT *, max(end_us) OVER (
    PARTITION BY names_key ORDER BY start_us, end_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS reached_us
  FROM periods
)
SELECT count(*) AS periods, min(start_us) AS first_us, max(least(end_us, reached_us)) AS last_us
FROM run
WHERE reached_us > start_us;
