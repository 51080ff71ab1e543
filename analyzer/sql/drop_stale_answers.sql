-- Drop the answers about data that the database no longer holds, and all but the latest few.
DELETE FROM kept_answers
WHERE data <> $data
  OR key NOT IN (SELECT key FROM kept_answers ORDER BY kept_at_us DESC LIMIT $most);
