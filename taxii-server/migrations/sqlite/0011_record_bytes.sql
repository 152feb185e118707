-- Records that could not be used, or not as they came, are kept as the bytes that came, which need not be text.

CREATE TABLE quarantine_of_bytes (
    -- The SHA-256 of feed, form and record.
    digest     BLOB PRIMARY KEY NOT NULL,
    feed       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    record     BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    -- How the record came: 'row' or 'object'; empty where it is not known.
    form       TEXT NOT NULL DEFAULT '',
    -- The name by which such records are counted.
    cause      TEXT NOT NULL DEFAULT 'other',
    -- When an operator dropped it; the record is empty then.
    dropped    INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO quarantine_of_bytes (digest, feed, reason, record, first_seen, form, cause, dropped)
SELECT digest, feed, reason, CAST(record AS BLOB), first_seen, form, cause, dropped FROM quarantine;
DROP TABLE quarantine;
ALTER TABLE quarantine_of_bytes RENAME TO quarantine;

CREATE TABLE repaired_of_bytes (
    digest     BLOB PRIMARY KEY NOT NULL,
    feed       TEXT NOT NULL,
    form       TEXT NOT NULL,
    -- The names of the repairs, with spaces between.
    repairs    TEXT NOT NULL,
    record     BLOB NOT NULL,
    first_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO repaired_of_bytes (digest, feed, form, repairs, record, first_seen)
SELECT digest, feed, form, repairs, CAST(record AS BLOB), first_seen FROM repaired;
DROP TABLE repaired;
ALTER TABLE repaired_of_bytes RENAME TO repaired;
