-- Which scores were loaded?
SELECT request_id, model, score FROM evals;
