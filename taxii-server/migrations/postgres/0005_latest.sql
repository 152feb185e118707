-- The twin of the file of this name for SQLite.

-- 1 in the record that a reader is shown who asks for no version: the last version, and of that the one in the latest
-- version of STIX. Kept with every write, so that a page need not look for later versions of each of its objects.
ALTER TABLE object ADD COLUMN latest BIGINT NOT NULL DEFAULT 0;

UPDATE object SET latest = 1 WHERE NOT EXISTS (
    SELECT 1 FROM object AS other WHERE other.collection = object.collection AND other.id = object.id
    AND (other.spec_version, other.version_key) > (object.spec_version, object.version_key));

CREATE INDEX object_latest_by_date ON object (collection, date_added) WHERE latest = 1;
CREATE INDEX object_latest_by_type ON object (collection, type, date_added) WHERE latest = 1;
