-- How many staged charges are copies, and how many of those say other dollars than the one loaded?
SELECT
  (SELECT count(*) FROM staged WHERE NOT blank AND fault IS NULL)
    - count(*) FILTER (c.natural_key IS NULL) AS duplicates,
  count(*) FILTER (c.natural_key IS NOT NULL AND c.cost_pico <> f.cost_pico) AS changed
FROM fresh AS f
LEFT JOIN charges AS c ON c.natural_key = f.natural_key;
