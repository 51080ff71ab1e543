-- Which requests are kept where usage totals of the same money are billed instead?
CREATE OR REPLACE TEMP VIEW kept_requests AS
SELECT r.*, r.rowid AS rowid
FROM requests AS r
ANTI JOIN left_out AS l
  ON coalesce(r.provider, '') = l.provider AND r.ts_us // 86400000000 = l.day;
