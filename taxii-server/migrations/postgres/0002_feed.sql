-- What a feed has told so far, and how far it has been read. The twin of the file of this name for SQLite, and
-- who may write it, since here several servers share one database.

-- The place in a feed: the time of the service, in milliseconds since 1970, up to which all is stored.
CREATE TABLE feed_place (
    feed  TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    place BIGINT NOT NULL
);

-- One row for each subject of a feed, and the one object that stands for it.
CREATE TABLE subject (
    key       TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    object_id TEXT COLLATE "C" NOT NULL,
    -- 'minted' by the bridge, or 'upstream': passed through
    origin    TEXT COLLATE "C" NOT NULL CHECK (origin IN ('minted', 'upstream')),
    created   TEXT COLLATE "C" NOT NULL,
    -- of the last version, and the SHA-256 of its text
    modified  TEXT COLLATE "C" NOT NULL,
    digest    BYTEA NOT NULL
);

-- What each source says of a subject, as JSON.
CREATE TABLE contribution (
    key    TEXT COLLATE "C" NOT NULL REFERENCES subject (key) ON DELETE CASCADE,
    source TEXT COLLATE "C" NOT NULL,
    body   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (key, source)
);

-- Records that could not be used, once each, by the SHA-256 of feed, reason and text.
CREATE TABLE quarantine (
    digest     BYTEA PRIMARY KEY NOT NULL,
    feed       TEXT COLLATE "C" NOT NULL,
    reason     TEXT COLLATE "C" NOT NULL,
    record     TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT NOT NULL
);

-- The term of the server that does a task, such as polling; it counts up with each new one. Who writes in a term
-- locks the row until the commit, so that nobody writes in a term that is over.
CREATE TABLE leader (
    task TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    term BIGINT NOT NULL
);
