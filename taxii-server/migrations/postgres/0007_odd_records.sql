-- Records that could not be used, or not as they came. The twin of the file of this name for SQLite.

-- How the record came: 'row' or 'object'; empty where it is not known.
ALTER TABLE quarantine ADD COLUMN form TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The name by which such records are counted.
ALTER TABLE quarantine ADD COLUMN cause TEXT COLLATE "C" NOT NULL DEFAULT 'other';
-- When an operator dropped it; the text is empty then.
ALTER TABLE quarantine ADD COLUMN dropped BIGINT;

-- Records that were put right, by the SHA-256 of feed, form and text.
CREATE TABLE repaired (
    digest     BYTEA PRIMARY KEY NOT NULL,
    feed       TEXT COLLATE "C" NOT NULL,
    form       TEXT COLLATE "C" NOT NULL,
    -- The names of the repairs, with spaces between.
    repairs    TEXT COLLATE "C" NOT NULL,
    record     TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT NOT NULL
);

-- How often records were repaired, quarantined or dropped.
CREATE TABLE record_count (
    feed     TEXT COLLATE "C" NOT NULL,
    handling TEXT COLLATE "C" NOT NULL,
    reason   TEXT COLLATE "C" NOT NULL,
    times    BIGINT NOT NULL,
    PRIMARY KEY (feed, handling, reason)
);

-- Counts the batches that were written: whoever has read at one number what is known writes only at the same.
CREATE TABLE ingest_turn (number BIGINT NOT NULL);
INSERT INTO ingest_turn (number) VALUES (0);
