-- Which scores were loaded, by request, and which judgement is behind each?
SELECT request_id, model, score, unit FROM request_evals;
