-- Where do the requests of a batch stand while its answers are read? Gone with the session.
CREATE OR REPLACE TEMP TABLE batch_requests (custom_id VARCHAR NOT NULL, request VARCHAR);
