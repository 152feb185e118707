-- Requests to add objects, and what became of them. Milliseconds since 1970, as everywhere. The twin of the file of
-- this name for SQLite.
CREATE TABLE submission (
    id         TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    collection TEXT COLLATE "C" NOT NULL REFERENCES collection (id),
    -- The name of the account, empty for nobody's.
    sender     TEXT COLLATE "C" NOT NULL,
    received   BIGINT NOT NULL,
    -- When the last part was processed; NULL while one waits.
    completed  BIGINT
);

CREATE INDEX submission_by_completion ON submission (completed, received, id);

-- The objects of a submission, some hundred to a row.
CREATE TABLE submission_part (
    submission TEXT COLLATE "C" NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
    -- The place of the first of them in the submission.
    first      BIGINT NOT NULL,
    -- JSON: what became of each object.
    outcomes   TEXT COLLATE "C" NOT NULL,
    -- JSON: the objects as they came, while they wait.
    waiting    BYTEA,
    PRIMARY KEY (submission, first)
);

CREATE INDEX submission_part_waiting ON submission_part (submission, first) WHERE waiting IS NOT NULL;

-- What was deleted, so that a feed does not bring it back.
CREATE TABLE tombstone (
    collection   BIGINT NOT NULL REFERENCES collection (key),
    id           TEXT COLLATE "C" NOT NULL,
    -- Of the version that was deleted; all three empty when the whole object was.
    spec_version TEXT COLLATE "C" NOT NULL,
    version      TEXT COLLATE "C" NOT NULL,
    version_key  TEXT COLLATE "C" NOT NULL,
    deleted      BIGINT NOT NULL,
    PRIMARY KEY (collection, id, spec_version, version_key)
);
