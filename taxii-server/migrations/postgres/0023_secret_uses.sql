-- When the secrets of an account were last used, and from where: for the operator, and to tell the owner of an account
-- from somebody who guesses its password. The twin of the file of this name for SQLite.
CREATE TABLE secret_use (
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    -- The number of the secret, which may be gone by now.
    secret  BIGINT NOT NULL,
    -- An IPv4 address, or the first address of an IPv6 /64.
    network TEXT COLLATE "C" NOT NULL,
    last    BIGINT NOT NULL,
    PRIMARY KEY (account, secret, network)
);

CREATE INDEX secret_use_by_network ON secret_use (account, network, last);
CREATE INDEX secret_use_by_time ON secret_use (last);
