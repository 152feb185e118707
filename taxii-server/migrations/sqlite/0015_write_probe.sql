-- A row that is written and removed again to find out whether the database takes writes after one has failed.
CREATE TABLE write_probe (
    content BLOB NOT NULL
) STRICT;
