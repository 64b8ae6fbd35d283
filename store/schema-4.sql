-- What the machine makes of handwriting: an offer to who types it, never an answer.
ALTER TABLE field ADD COLUMN suggestion TEXT CHECK (suggestion IS NULL OR json_valid(suggestion));
