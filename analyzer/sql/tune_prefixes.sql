-- Which features send prompts of one and the same prefix?
SELECT DISTINCT list_sort(list(DISTINCT feature)) AS features
FROM featured_requests
WHERE prefix_key IS NOT NULL
GROUP BY prefix_key
HAVING count(DISTINCT feature) > 1
ORDER BY ALL;
