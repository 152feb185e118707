-- Why the time is known: `assumed`, `confirmed` or `disputed`.
ALTER TABLE known_time ADD COLUMN evidence TEXT NOT NULL DEFAULT 'assumed';

-- A store of before knows the time that the service of a feed told last, else the last date that was given.
INSERT INTO known_time (only_row, latest)
    SELECT 1, told.latest FROM (
        SELECT coalesce((SELECT max(server_time) FROM feed_health), (SELECT max(last_date_added) FROM collection)) AS latest
    ) AS told
    WHERE told.latest > 0
    ON CONFLICT (only_row) DO NOTHING;

-- How often dates were put forward or back by hand, or by a backup: with the last date it makes the revision.
ALTER TABLE collection ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
-- By how many milliseconds the next date is to be ahead, once: in a copy, clients may have seen later dates than are in it.
ALTER TABLE collection ADD COLUMN margin BIGINT NOT NULL DEFAULT 0;
