-- Which staged lines tell an answer again that another line tells in full?
-- An answer stands on several lines, and only the last of them may hold its whole output. Where a
-- sub-agent (`message:request:sidechain`) tells of a message, all its requests are one answer.
DELETE FROM staged
WHERE rowid IN (
  SELECT place
  FROM (
    SELECT *, CASE WHEN bool_or(sidechain) OVER (PARTITION BY message) THEN message
      ELSE request_id END AS answer
    FROM (
      SELECT
        rowid AS place, seq, output_tokens, request_id,
        split_part(request_id, ':', 1) AS message,
        ends_with(request_id, ':sidechain') AS sidechain
      FROM staged
      WHERE NOT blank AND fault IS NULL AND request_id IS NOT NULL
    )
  )
  QUALIFY row_number() OVER (PARTITION BY answer ORDER BY output_tokens DESC, sidechain, seq) > 1
);
