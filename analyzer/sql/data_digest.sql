-- What does all that is asked of a log hash to, whatever the order of its rows?
SELECT concat_ws(
  ':',
  (SELECT concat(count(*), '.', sum(hash(r)::HUGEINT)) FROM requests AS r),
  (SELECT concat(count(*), '.', sum(hash(u)::HUGEINT)) FROM usage_buckets AS u),
  (SELECT concat(count(*), '.', sum(hash(e)::HUGEINT)) FROM evals AS e),
  (SELECT concat(count(*), '.', sum(hash(n)::HUGEINT)) FROM feature_names AS n),
  (SELECT count(*) FROM meta WHERE key = 'infer_features')
) AS digest;
