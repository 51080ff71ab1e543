-- How are the rows of the staged file accounted for, before anything is loaded?
SELECT
  count(*) FILTER (leads) AS lines,
  count(*) FILTER (NOT blank OR aside) AS rows_in,
  count(*) FILTER (blank AND NOT aside) AS empty,
  count(*) FILTER (aside) AS set_aside,
  count(*) FILTER (NOT blank AND fault IS NOT NULL) AS rejects,
  count(*) FILTER (NOT blank AND fault IS NULL AND tagged) AS tagged,
  count(*) FILTER (NOT blank AND fault IS NULL AND was_exclusive) AS was_exclusive,
  count(*) FILTER (NOT blank AND fault IS NULL AND odd_reasoning) AS odd_reasoning
FROM staged;
