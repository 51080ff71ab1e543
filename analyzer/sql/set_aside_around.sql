-- Which staged rows repeat the tokens of rows inside them? They are set aside.
-- No trace is deeper than a few dozen spans; the bound stops a file that was made to be.
WITH RECURSIVE around_calls(name, depth) AS (
  SELECT DISTINCT around, 1
  FROM staged
  WHERE NOT blank AND fault IS NULL AND input_tokens + output_tokens > 0 AND around <> own
  UNION
  SELECT staged.around, depth + 1
  FROM around_calls
  JOIN staged ON staged.own = around_calls.name
  WHERE staged.around IS NOT NULL AND depth < 64
)
UPDATE staged SET blank = true, aside = true
FROM (SELECT DISTINCT name FROM around_calls) AS repeating
WHERE staged.own = repeating.name AND NOT blank AND fault IS NULL;
