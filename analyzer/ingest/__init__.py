"""Files become rows: what a file is, how its columns are read, and what became of each row."""
