-- Drop the sums of data that the database no longer holds, and all but the latest few.
DELETE FROM prepared
WHERE data <> $data
  OR key NOT IN (SELECT key FROM prepared ORDER BY kept_at_us DESC LIMIT $most);
