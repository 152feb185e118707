-- What objects name: the values in their patterns, their names, and other objects; so that they are found by these.
-- It is written after the objects, and can be made anew from them.
CREATE TABLE mention (
    -- The first bytes of the SHA-256 of what is named.
    key        INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    date_added INTEGER NOT NULL,
    PRIMARY KEY (key, collection, date_added),
    FOREIGN KEY (collection, date_added) REFERENCES object (collection, date_added)
        ON DELETE CASCADE ON UPDATE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX mention_by_object ON mention (collection, date_added);

-- Up to which date what the objects of the collection name has been written.
ALTER TABLE collection ADD COLUMN mentions_until INTEGER NOT NULL DEFAULT 0;
