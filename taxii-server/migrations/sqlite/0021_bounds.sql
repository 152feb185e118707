-- A row of outcomes tells of a thousand objects at most. Those of former versions tell of all objects of an envelope, and
-- an envelope had no bound: such a status is not read any more, so it goes before its day is over.
DELETE FROM submission WHERE completed IS NOT NULL AND id IN
    (SELECT submission FROM submission_part WHERE length(outcomes) > 16777216);

-- How many bytes a record had of which only the beginning is kept; NULL when all of it is.
ALTER TABLE quarantine ADD COLUMN cut_from INTEGER;
ALTER TABLE repaired ADD COLUMN cut_from INTEGER;
