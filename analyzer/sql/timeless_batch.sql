-- Was every row that could be loaded rejected because nobody said when the batch ran?
SELECT count(*) > 0 AND bool_and(coalesce(contains(fault, '--batch-time'), false)) AS timeless
FROM staged
WHERE NOT blank;
