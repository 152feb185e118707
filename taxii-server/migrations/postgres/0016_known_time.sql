-- The latest time that the clocks of the servers on this database were known to be right, in milliseconds: one row at most.
CREATE TABLE known_time (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    latest   BIGINT NOT NULL
);
