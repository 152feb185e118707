-- What leaves in time is found along an index.

-- Versions that have a later one.
CREATE INDEX object_superseded ON object (collection, date_added) WHERE latest = 0;

CREATE INDEX quarantine_by_age ON quarantine (first_seen, digest);
CREATE INDEX repaired_by_age ON repaired (first_seen, digest);
