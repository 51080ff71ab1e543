-- In which order are requests replayed, where the files that hold them overlap in time?
SELECT rowid, row_number() OVER (ORDER BY ts_us, request_id) AS place FROM requests;
