-- What a feed has told so far, and how far it has been read.

-- The place in a feed: the time of the service, in milliseconds since 1970, up to which all is stored.
CREATE TABLE feed_place (
    feed  TEXT PRIMARY KEY NOT NULL,
    place INTEGER NOT NULL
) STRICT;

-- One row for each subject of a feed, and the one object that stands for it.
CREATE TABLE subject (
    key       TEXT PRIMARY KEY NOT NULL,
    object_id TEXT NOT NULL,
    -- 'minted' by the bridge, or 'upstream': passed through
    origin    TEXT NOT NULL CHECK (origin IN ('minted', 'upstream')),
    created   TEXT NOT NULL,
    -- of the last version, and the SHA-256 of its text
    modified  TEXT NOT NULL,
    digest    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What each source says of a subject, as JSON.
CREATE TABLE contribution (
    key    TEXT NOT NULL REFERENCES subject (key) ON DELETE CASCADE,
    source TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (key, source)
) STRICT, WITHOUT ROWID;

-- Records that could not be used, once each, by the SHA-256 of feed, reason and text.
CREATE TABLE quarantine (
    digest     BLOB PRIMARY KEY NOT NULL,
    feed       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    record     TEXT NOT NULL,
    first_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
