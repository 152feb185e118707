-- Requests to add objects, and what became of them. Milliseconds since 1970, as everywhere.
CREATE TABLE submission (
    id         TEXT PRIMARY KEY NOT NULL,
    collection TEXT NOT NULL REFERENCES collection (id),
    -- The name of the account, empty for nobody's.
    sender     TEXT NOT NULL,
    received   INTEGER NOT NULL,
    -- When the last part was processed; NULL while one waits.
    completed  INTEGER
) STRICT;

CREATE INDEX submission_by_completion ON submission (completed, received, id);

-- The objects of a submission, some hundred to a row.
CREATE TABLE submission_part (
    submission TEXT NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
    -- The place of the first of them in the submission.
    first      INTEGER NOT NULL,
    -- JSON: what became of each object.
    outcomes   TEXT NOT NULL,
    -- JSON: the objects as they came, while they wait.
    waiting    BLOB,
    PRIMARY KEY (submission, first)
) STRICT;

CREATE INDEX submission_part_waiting ON submission_part (submission, first) WHERE waiting IS NOT NULL;

-- What was deleted, so that a feed does not bring it back.
CREATE TABLE tombstone (
    collection   INTEGER NOT NULL REFERENCES collection (key),
    id           TEXT NOT NULL,
    -- Of the version that was deleted; all three empty when the whole object was.
    spec_version TEXT NOT NULL,
    version      TEXT NOT NULL,
    version_key  TEXT NOT NULL,
    deleted      INTEGER NOT NULL,
    PRIMARY KEY (collection, id, spec_version, version_key)
) STRICT, WITHOUT ROWID;
