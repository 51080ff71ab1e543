-- What does everything that a replay reads hash to, whatever the order of its rows?
SELECT
  (SELECT coalesce(sum(hash(r)::HUGEINT), 0)::VARCHAR FROM (
    SELECT * EXCLUDE (source_id, session_key, logged_cost_pico) FROM featured_requests
  ) AS r)
  || ':' || (SELECT count(*)::VARCHAR FROM requests)
  || ':' || (SELECT coalesce(sum(hash(e)::HUGEINT), 0)::VARCHAR FROM evals AS e) AS digest;
