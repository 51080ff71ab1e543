-- How many staged requests bear the request_id of a kept one, but tell another call?
SELECT count(*) AS rows
FROM staged AS s
JOIN requests AS r
  ON r.request_id = coalesce(s.request_id, $id_prefix || ':' || s.line || s.part)
WHERE NOT s.blank AND s.fault IS NULL
  AND (s.model, s.input_tokens, s.output_tokens)
    IS DISTINCT FROM (r.model, r.input_tokens, r.output_tokens);
