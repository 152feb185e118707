-- Secrets that have ended are not read when somebody logs in, and are forgotten in the end. The twin of the file of this
-- name for SQLite.
CREATE INDEX secret_by_end ON secret (account, expires);
