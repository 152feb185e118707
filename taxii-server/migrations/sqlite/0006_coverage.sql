-- How far each feed has been read, in the time of its service: all that it showed between the two times is stored,
-- quarantined, or inside a gap. Milliseconds since 1970, as everywhere.
CREATE TABLE feed_progress (
    feed         TEXT PRIMARY KEY NOT NULL,
    -- When it was first read.
    began        INTEGER NOT NULL,
    covered_from INTEGER NOT NULL,
    place        INTEGER NOT NULL
) STRICT;

-- Until now everything in reach was read at once.
INSERT INTO feed_progress (feed, began, covered_from, place) SELECT feed, place, 0, place FROM feed_place;
DROP TABLE feed_place;

-- Stretches of which records may be missing.
CREATE TABLE feed_gap (
    feed       TEXT NOT NULL,
    from_time  INTEGER NOT NULL,
    until_time INTEGER NOT NULL,
    reason     TEXT NOT NULL CHECK (reason IN ('look-back', 'overflow')),
    -- When it was found, by the clock of the bridge.
    found      INTEGER NOT NULL,
    PRIMARY KEY (feed, from_time, until_time, reason)
) STRICT, WITHOUT ROWID;

-- How polling goes. Times are of the clock of the bridge, except for that of the service.
CREATE TABLE feed_health (
    feed            TEXT PRIMARY KEY NOT NULL,
    last_attempt    INTEGER NOT NULL,
    -- When last all up to then was read, and when last anything new came.
    last_success    INTEGER,
    last_news       INTEGER,
    -- Why the last attempt failed, in words; NULL when it did not.
    failure         TEXT,
    server_time     INTEGER,
    quota_limit     INTEGER,
    quota_remaining INTEGER,
    quota_reset     INTEGER,
    -- The day, counted from 1970, and the requests that were made on it.
    spent_day       INTEGER NOT NULL,
    spent           INTEGER NOT NULL
) STRICT;
