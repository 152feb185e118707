-- The twin of the file of this name for SQLite.

-- What a key really is where it is too long for an index: then `key` is its beginning with a digest.
ALTER TABLE subject ADD COLUMN long_key TEXT COLLATE "C";
