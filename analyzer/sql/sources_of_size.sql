-- Was a file of this size loaded before? Only then is it worth digesting before it is read.
SELECT count(*) AS files FROM sources WHERE bytes = $bytes;
