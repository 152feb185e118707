-- The collections that were ever configured. last_date_added outlives the objects, so that a date is
-- never given twice, not even after deletions. Milliseconds since 1970, as everywhere.
CREATE TABLE collection (
    key             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    last_date_added INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row for each version of each object. The body is the JSON text that is served.
CREATE TABLE object (
    record       INTEGER PRIMARY KEY,
    collection   INTEGER NOT NULL REFERENCES collection (key),
    date_added   INTEGER NOT NULL,
    id           TEXT NOT NULL,
    type         TEXT NOT NULL,
    spec_version TEXT NOT NULL,
    -- `modified`, else `created`, as written; empty when the object has neither.
    version      TEXT NOT NULL,
    -- The same as text whose byte order is the order of the instants.
    version_key  TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX object_by_date ON object (collection, date_added);
CREATE UNIQUE INDEX object_by_version ON object (collection, id, spec_version, version_key);
CREATE INDEX object_by_type ON object (collection, type, date_added);

CREATE TABLE account (
    name          TEXT PRIMARY KEY,
    -- In the PHC string format.
    password_hash TEXT NOT NULL,
    created       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    -- SHA-256 of the token.
    hash    BLOB PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX token_by_account ON token (account);
