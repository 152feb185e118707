-- Records that could not be used, or not as they came.

-- How the record came: 'row' or 'object'; empty where it is not known.
ALTER TABLE quarantine ADD COLUMN form TEXT NOT NULL DEFAULT '';
-- The name by which such records are counted.
ALTER TABLE quarantine ADD COLUMN cause TEXT NOT NULL DEFAULT 'other';
-- When an operator dropped it; the text is empty then.
ALTER TABLE quarantine ADD COLUMN dropped INTEGER;

-- Records that were put right, by the SHA-256 of feed, form and text.
CREATE TABLE repaired (
    digest     BLOB PRIMARY KEY NOT NULL,
    feed       TEXT NOT NULL,
    form       TEXT NOT NULL,
    -- The names of the repairs, with spaces between.
    repairs    TEXT NOT NULL,
    record     TEXT NOT NULL,
    first_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often records were repaired, quarantined or dropped.
CREATE TABLE record_count (
    feed     TEXT NOT NULL,
    handling TEXT NOT NULL,
    reason   TEXT NOT NULL,
    times    INTEGER NOT NULL,
    PRIMARY KEY (feed, handling, reason)
) STRICT, WITHOUT ROWID;

-- Counts the batches that were written: whoever has read at one number what is known writes only at the same.
CREATE TABLE ingest_turn (number INTEGER NOT NULL) STRICT;
INSERT INTO ingest_turn (number) VALUES (0);
