-- When the secrets of an account were last used, and from where: for the operator, and to tell the owner of an account
-- from somebody who guesses its password.
CREATE TABLE secret_use (
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    -- The number of the secret, which may be gone by now.
    secret  INTEGER NOT NULL,
    -- An IPv4 address, or the first address of an IPv6 /64.
    network TEXT NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (account, secret, network)
) STRICT, WITHOUT ROWID;

CREATE INDEX secret_use_by_network ON secret_use (account, network, last);
CREATE INDEX secret_use_by_time ON secret_use (last);
