-- What an account shows to be let in, and what it may do with each collection. The twin of the file of this name for
-- SQLite.

-- A secret can end, and an account can have several, so that they are changed without a gap.
CREATE TABLE secret (
    number  BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    kind    TEXT COLLATE "C" NOT NULL CHECK (kind IN ('password', 'token', 'certificate')),
    -- Of a password in the PHC string format; else the SHA-256 in hexadecimal digits.
    hash    TEXT COLLATE "C" NOT NULL,
    label   TEXT COLLATE "C" NOT NULL DEFAULT '',
    created BIGINT NOT NULL,
    -- NULL: never.
    expires BIGINT
);

CREATE UNIQUE INDEX secret_by_hash ON secret (kind, hash);
CREATE INDEX secret_by_account ON secret (account);

-- Rights add up: those for the collection and those for all collections, which are under '*'.
CREATE TABLE access_grant (
    account    TEXT COLLATE "C" NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    collection TEXT COLLATE "C" NOT NULL,
    may_read   BIGINT NOT NULL,
    may_write  BIGINT NOT NULL,
    PRIMARY KEY (account, collection)
);

-- Another number after every change of the account, its secrets or its rights.
ALTER TABLE account ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

INSERT INTO secret (account, kind, hash, created)
    SELECT name, 'password', password_hash, created FROM account;
INSERT INTO secret (account, kind, hash, created)
    SELECT account, 'token', encode(hash, 'hex'), created FROM token;
-- Until now every account read everything.
INSERT INTO access_grant (account, collection, may_read, may_write)
    SELECT name, '*', 1, 0 FROM account;

DROP TABLE token;
ALTER TABLE account DROP COLUMN password_hash;
