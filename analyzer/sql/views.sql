-- Which requests are billed, and under which name does each row count?
-- All are, unless leave_out.sql says otherwise for as long as the database is open.
CREATE OR REPLACE TEMP VIEW kept_requests AS SELECT *, rowid AS rowid FROM requests;

-- Where the user asked for it, untagged requests are told apart by their call site (system prompt and
-- tools).
CREATE OR REPLACE TEMP VIEW sited_requests AS
SELECT * REPLACE (
  CASE WHEN feature = '(untagged)' AND prefix_key IS NOT NULL
    AND (SELECT count(*) FROM meta WHERE key = 'infer_features') > 0
  THEN 'call-site-' || substr(format('{:016x}', prefix_key), 1, 8)
  ELSE feature END AS feature
)
FROM kept_requests;

-- The user's names stand for the log's ids.
CREATE OR REPLACE TEMP VIEW featured_requests AS
SELECT f.* REPLACE (coalesce(n.name, f.feature) AS feature), f.feature AS feature_id
FROM sited_requests AS f
LEFT JOIN feature_names AS n ON n.feature = f.feature;

CREATE OR REPLACE TEMP VIEW featured_buckets AS
SELECT u.* REPLACE (coalesce(n.name, u.feature) AS feature), u.feature AS feature_id
FROM usage_buckets AS u
LEFT JOIN feature_names AS n ON n.feature = u.feature;

-- Scores by request, and by the judgement behind them (unit): a score that was loaded for a prompt key
-- speaks of every request of that prompt, and is one judgement. Such ids begin with a pilcrow (ingest/scores.py).
CREATE OR REPLACE TEMP VIEW request_evals AS
SELECT request_id, model, judge, score, request_id AS unit
FROM evals
WHERE NOT starts_with(request_id, chr(182))
UNION ALL
SELECT r.request_id, e.model, e.judge, e.score, e.request_id AS unit
FROM evals AS e
JOIN kept_requests AS r ON r.prompt_key = try_cast(substr(e.request_id, 2) AS UBIGINT)
WHERE starts_with(e.request_id, chr(182));
