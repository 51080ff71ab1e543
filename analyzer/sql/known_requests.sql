-- How many staged requests are copies: of a row in the database, or of an earlier line?
WITH named AS (
  SELECT coalesce(request_id, $id_prefix || ':' || line || part) AS request_id
  FROM staged
  WHERE NOT blank AND fault IS NULL
),
ids AS (SELECT request_id, count(*) AS rows FROM named GROUP BY request_id)
SELECT
  coalesce(sum(CASE WHEN r.request_id IS NULL THEN ids.rows - 1 ELSE ids.rows END), 0)::BIGINT
    AS duplicates
FROM ids
LEFT JOIN (SELECT DISTINCT request_id FROM requests) AS r ON ids.request_id = r.request_id;
