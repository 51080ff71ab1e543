-- How many staged totals say what all others of their period, or of their file, add up to?
WITH summed AS (
  SELECT size, sum(size) OVER () AS in_file, count(*) OVER () AS rows_in_file,
    sum(size) OVER (PARTITION BY start_us, end_us) AS in_period,
    count(*) OVER (PARTITION BY start_us, end_us) AS rows_in_period
  FROM fresh
)
SELECT count(*) AS rows
FROM summed
WHERE size > 0 AND (
  (rows_in_file > 2 AND 2 * size = in_file) OR (rows_in_period > 2 AND 2 * size = in_period)
);
