-- The twin of the file of this name for SQLite.

-- What objects name: the values in their patterns, their names, and other objects; so that they are found by these.
-- It is written after the objects, and can be made anew from them.
CREATE TABLE mention (
    -- The first bytes of the SHA-256 of what is named.
    key        BIGINT NOT NULL,
    collection BIGINT NOT NULL,
    date_added BIGINT NOT NULL,
    PRIMARY KEY (key, collection, date_added),
    FOREIGN KEY (collection, date_added) REFERENCES object (collection, date_added)
        ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX mention_by_object ON mention (collection, date_added);

-- Up to which date what the objects of the collection name has been written.
ALTER TABLE collection ADD COLUMN mentions_until BIGINT NOT NULL DEFAULT 0;
