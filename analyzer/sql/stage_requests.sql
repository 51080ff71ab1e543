-- Which staged requests are new? Of one request_id, the first line of the file stays.
CREATE OR REPLACE TEMP TABLE fresh AS
WITH named AS NOT MATERIALIZED (
  SELECT * REPLACE (coalesce(request_id, $id_prefix || ':' || line || part) AS request_id)
  FROM staged
  WHERE NOT blank AND fault IS NULL
),
firsts AS (SELECT request_id, min(seq) AS seq FROM named GROUP BY request_id)
SELECT named.*
FROM named
JOIN firsts ON named.request_id = firsts.request_id AND named.seq = firsts.seq
WHERE NOT EXISTS (SELECT 1 FROM requests AS r WHERE r.request_id = named.request_id);
