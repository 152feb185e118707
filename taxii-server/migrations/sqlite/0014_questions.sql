-- What was asked for what is covered: the service and the filters. NULL for what was covered before this was kept.
ALTER TABLE feed_progress ADD COLUMN question TEXT;
