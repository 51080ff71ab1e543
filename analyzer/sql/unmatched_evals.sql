-- How many staged scores are of requests, or of prompts, that no loaded log has?
WITH names AS (
  SELECT DISTINCT request_id, model, judge
  FROM staged WHERE NOT blank AND fault IS NULL
)
SELECT count(*) AS unmatched
FROM names
WHERE CASE WHEN starts_with(request_id, chr(182))
  THEN try_cast(substr(request_id, 2) AS UBIGINT) NOT IN (
    SELECT prompt_key FROM kept_requests WHERE prompt_key IS NOT NULL
  )
  ELSE request_id NOT IN (SELECT request_id FROM kept_requests WHERE request_id IS NOT NULL)
END;
