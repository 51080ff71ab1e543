-- What are the ids of the requests of a stretch of time?
SELECT rowid, request_id FROM requests WHERE ts_us >= $from_us AND ts_us < $until_us;
