-- Which staged requests are new, where none is a copy? All of them, so that nothing need be joined.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT * REPLACE (coalesce(request_id, $id_prefix || ':' || line || part) AS request_id)
FROM staged
WHERE NOT blank AND fault IS NULL;
