-- What was billed in dollars to each feature, under the user's name for it?
SELECT coalesce(n.name, c.feature) AS feature, sum(c.cost_pico) AS cost_pico
FROM charges AS c
LEFT JOIN feature_names AS n ON n.feature = c.feature
WHERE upper(c.currency) = 'USD'
GROUP BY ALL
ORDER BY cost_pico DESC, feature;
