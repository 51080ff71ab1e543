-- Which models do loaded evals name? Difficulties ('*') are no model's.
SELECT DISTINCT model FROM evals WHERE model <> '*' ORDER BY model;
