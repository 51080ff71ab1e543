-- Why were the first of the staged rows rejected?
SELECT line, fault AS reason
FROM staged WHERE NOT blank AND fault IS NOT NULL
ORDER BY seq LIMIT $most;
