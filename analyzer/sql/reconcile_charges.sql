-- What was billed, by file, model, line item and period?
SELECT
  s.file,
  c.provider,
  c.model,
  c.line_item,
  c.start_us,
  c.end_us,
  c.currency,
  count(*)::BIGINT AS rows,
  sum(c.cost_pico) AS cost_pico,
  max(c.cost_pico) AS largest_pico,
  bool_and(c.cost_pico % 10000000000 = 0) AS cents
FROM charges AS c
JOIN sources AS s ON c.source_id = s.source_id
GROUP BY ALL
ORDER BY ALL;
