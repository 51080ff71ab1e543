-- Keep one note about a file.
INSERT INTO source_notes VALUES ($source_id, $number, $note);
