-- What a reading was decided by: the profile's values, and the form's rule for several marks.
ALTER TABLE page ADD COLUMN profile_fingerprint TEXT;
ALTER TABLE field ADD COLUMN rule TEXT CHECK (rule IN ('none', 'cancel-then-remark', 'largest'));
