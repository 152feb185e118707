-- Records that could not be used, or not as they came, are kept as the bytes that came, which need not be text. The twin of
-- the file of this name for SQLite.

ALTER TABLE quarantine ALTER COLUMN record TYPE BYTEA USING convert_to(record, 'UTF8');
ALTER TABLE repaired ALTER COLUMN record TYPE BYTEA USING convert_to(record, 'UTF8');
