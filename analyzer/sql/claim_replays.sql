-- Which staged answers are loaded already, under another name?
-- A sub-agent's file repeats answers of its parent, and names the request anew: of an id
-- `message:request:sidechain` and any other id of that message, one is a copy of the other.
UPDATE staged
SET request_id = loaded.request_id
FROM (
  SELECT
    split_part(request_id, ':', 1) AS message,
    min(request_id) AS request_id,
    bool_or(ends_with(request_id, ':sidechain')) AS sidechain
  FROM requests
  GROUP BY ALL
) AS loaded
WHERE NOT staged.blank AND staged.fault IS NULL
  AND split_part(staged.request_id, ':', 1) = loaded.message
  AND (loaded.sidechain OR ends_with(staged.request_id, ':sidechain'))
  AND NOT EXISTS (SELECT 1 FROM requests AS r WHERE r.request_id = staged.request_id);
