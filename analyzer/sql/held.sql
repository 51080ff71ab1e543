-- How many rows does the database hold, and which secret keyed them?
SELECT
  (SELECT count(*) FROM requests)
  + (SELECT count(*) FROM usage_buckets)
  + (SELECT count(*) FROM charges)
  + (SELECT count(*) FROM rejects) AS rows,
  (SELECT value FROM meta WHERE key = 'secret_check') AS secret_check;
