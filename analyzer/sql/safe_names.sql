-- How would each text be stored, as a label and as the name of a feature?
SELECT text, stored_label(text) AS label, stored_name(text) AS name FROM texts;
