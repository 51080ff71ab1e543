-- How many rows does an export of requests hold, and how many does it leave behind?
SELECT
  (SELECT count(*) FROM featured_requests) AS requests,
  (SELECT count(*) FROM usage_buckets) AS totals,
  (SELECT count(*) FROM charges) AS charges;
