-- Load the charges that no earlier file held.
INSERT INTO charges BY NAME
SELECT
  $source_id AS source_id, provider, model, feature, line_item, start_us, end_us, cost_pico,
  currency, natural_key
FROM fresh
WHERE NOT EXISTS (SELECT 1 FROM charges AS c WHERE c.natural_key = fresh.natural_key)
ORDER BY seq;
