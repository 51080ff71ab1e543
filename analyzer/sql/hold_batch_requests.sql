-- Which request does each custom_id of a batch's input file mean? None, where it stands twice.
INSERT INTO batch_requests
SELECT custom_id, CASE WHEN count(*) = 1 THEN any_value(request) END AS request
FROM (
  SELECT
    TRY(json_extract_string(text, '$.custom_id')) AS custom_id,
    TRY(coalesce(json_extract(text, '$.body'), json_extract(text, '$.params')))::VARCHAR AS request
  FROM (SELECT TRY(decode(raw)) AS text FROM lines)
)
WHERE custom_id IS NOT NULL
GROUP BY custom_id;
