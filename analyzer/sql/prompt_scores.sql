-- How many of the loaded scores are of a prompt, and of no one request?
SELECT count(*) AS scores FROM evals WHERE starts_with(request_id, chr(182));
