-- The identifiers of the collections that the object of a subject was added to, with spaces between; empty where that is not
-- known.
ALTER TABLE subject ADD COLUMN collections TEXT COLLATE "C" NOT NULL DEFAULT '';
