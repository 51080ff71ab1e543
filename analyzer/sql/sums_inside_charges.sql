-- How many staged charges say what all others of their period, or of their file, add up to?
WITH said AS (
  SELECT start_us, end_us, (cost_pico)::HUGEINT AS figure FROM fresh
),
summed AS (
  SELECT figure, sum(figure) OVER () AS in_file, count(*) OVER () AS rows_in_file,
    sum(figure) OVER (PARTITION BY start_us, end_us) AS in_period,
    count(*) OVER (PARTITION BY start_us, end_us) AS rows_in_period
  FROM said
)
SELECT count(*) AS rows
FROM summed
WHERE figure > 0 AND (
  (rows_in_file > 2 AND 2 * figure = in_file) OR (rows_in_period > 2 AND 2 * figure = in_period)
);
