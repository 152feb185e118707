-- The twin of the file of this name for SQLite: the same tables and columns. Text is ordered by its bytes, as there.

-- The collections that were ever configured. last_date_added outlives the objects, so that a date is
-- never given twice, not even after deletions. Milliseconds since 1970, as everywhere. Who adds objects locks
-- the row until the commit.
CREATE TABLE collection (
    key             BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id              TEXT COLLATE "C" NOT NULL UNIQUE,
    last_date_added BIGINT NOT NULL DEFAULT 0
);

-- One row for each version of each object. The body is the JSON text that is served.
CREATE TABLE object (
    record       BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    collection   BIGINT NOT NULL REFERENCES collection (key),
    date_added   BIGINT NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    type         TEXT COLLATE "C" NOT NULL,
    spec_version TEXT COLLATE "C" NOT NULL,
    -- `modified`, else `created`, as written; empty when the object has neither.
    version      TEXT COLLATE "C" NOT NULL,
    -- The same as text whose byte order is the order of the instants.
    version_key  TEXT COLLATE "C" NOT NULL,
    body         BYTEA NOT NULL
);

CREATE UNIQUE INDEX object_by_date ON object (collection, date_added);
CREATE UNIQUE INDEX object_by_version ON object (collection, id, spec_version, version_key);
CREATE INDEX object_by_type ON object (collection, type, date_added);

CREATE TABLE account (
    name          TEXT COLLATE "C" PRIMARY KEY,
    -- In the PHC string format.
    password_hash TEXT COLLATE "C" NOT NULL,
    created       BIGINT NOT NULL
);

CREATE TABLE token (
    -- SHA-256 of the token.
    hash    BYTEA PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    created BIGINT NOT NULL
);

CREATE INDEX token_by_account ON token (account);
