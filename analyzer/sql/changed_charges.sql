-- Which files hold staged totals with other figures?
SELECT DISTINCT t.source_id
FROM fresh AS f
JOIN charges AS t ON t.natural_key = f.natural_key
WHERE t.cost_pico <> f.cost_pico
ORDER BY t.source_id;
