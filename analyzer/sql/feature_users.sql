-- How many users does each feature have, and how many of its requests name one? Null: all features.
SELECT
  feature,
  count(DISTINCT user_key) AS users,
  count(user_key) AS named,
  count(*) AS requests
FROM featured_requests
GROUP BY GROUPING SETS ((feature), ())
ORDER BY feature NULLS LAST;
