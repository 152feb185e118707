-- What the passing of time and a change of the settings do to what is stored. The twin of the file of this name for SQLite.

-- Of a relation the keys of the subjects at its ends.
ALTER TABLE subject ADD COLUMN source TEXT COLLATE "C";
ALTER TABLE subject ADD COLUMN target TEXT COLLATE "C";
-- When the validity of the object ends, in milliseconds since 1970; NULL where it does not, and until the subjects are
-- gone through.
ALTER TABLE subject ADD COLUMN valid_until BIGINT;

CREATE INDEX subject_to_expire ON subject (valid_until) WHERE valid_until IS NOT NULL AND collections <> '';
CREATE INDEX subject_to_forget ON subject (valid_until) WHERE valid_until IS NOT NULL AND collections = '';

-- From now on none means none.
UPDATE subject SET collections = coalesce(
    (SELECT string_agg(c.id, ' ') FROM collection AS c WHERE EXISTS
        (SELECT 1 FROM object AS o WHERE o.collection = c.key AND o.id = subject.object_id)), '')
    WHERE collections = '';

-- How far the subjects have been gone through since the settings changed: one row, or none before the first time.
CREATE TABLE sweep (
    -- The SHA-256 of all that objects are made of besides what sources say.
    basis BYTEA NOT NULL,
    -- The key of the last subject that follows it; NULL when all do.
    place TEXT COLLATE "C"
);
