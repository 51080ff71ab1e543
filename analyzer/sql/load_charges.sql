-- Load the charges that no earlier file held.
INSERT INTO charges BY NAME
SELECT
  $source_id AS source_id, provider, model, feature, line_item, start_us, end_us, cost_pico,
  currency, natural_key, names_key
FROM fresh
WHERE copied_from IS NULL
ORDER BY seq;
