-- How far each feed has been read, in the time of its service: all that it showed between the two times is stored,
-- quarantined, or inside a gap. Milliseconds since 1970, as everywhere. The twin of
-- the file of this name for SQLite.
CREATE TABLE feed_progress (
    feed         TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    -- When it was first read.
    began        BIGINT NOT NULL,
    covered_from BIGINT NOT NULL,
    place        BIGINT NOT NULL
);

-- Until now everything in reach was read at once.
INSERT INTO feed_progress (feed, began, covered_from, place) SELECT feed, place, 0, place FROM feed_place;
DROP TABLE feed_place;

-- Stretches of which records may be missing.
CREATE TABLE feed_gap (
    feed       TEXT COLLATE "C" NOT NULL,
    from_time  BIGINT NOT NULL,
    until_time BIGINT NOT NULL,
    reason     TEXT COLLATE "C" NOT NULL CHECK (reason IN ('look-back', 'overflow')),
    -- When it was found, by the clock of the bridge.
    found      BIGINT NOT NULL,
    PRIMARY KEY (feed, from_time, until_time, reason)
);

-- How polling goes. Times are of the clock of the bridge, except for that of the service.
CREATE TABLE feed_health (
    feed            TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    last_attempt    BIGINT NOT NULL,
    -- When last all up to then was read, and when last anything new came.
    last_success    BIGINT,
    last_news       BIGINT,
    -- Why the last attempt failed, in words; NULL when it did not.
    failure         TEXT COLLATE "C",
    server_time     BIGINT,
    quota_limit     BIGINT,
    quota_remaining BIGINT,
    quota_reset     BIGINT,
    -- The day, counted from 1970, and the requests that were made on it.
    spent_day       BIGINT NOT NULL,
    spent           BIGINT NOT NULL
);
