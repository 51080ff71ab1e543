-- What do the staged charges say, and the loaded ones of the same names and periods?
CREATE OR REPLACE TEMP TABLE told AS
SELECT natural_key AS stem, seq, row_key, NULL::INTEGER AS source_id, NULL::BIGINT AS place,
  CASE WHEN upper(currency) = 'USD' THEN cost_pico END AS usd_pico, cost_pico AS size,
  cost_pico::VARCHAR AS figures
FROM staged
WHERE NOT blank AND fault IS NULL
UNION ALL
SELECT split_part(natural_key, '-', 1) AS stem, NULL, NULL, source_id,
  split_part(natural_key, '-', 2)::BIGINT, NULL, NULL,
  cost_pico::VARCHAR
FROM charges
WHERE stem IN (SELECT natural_key FROM staged);
