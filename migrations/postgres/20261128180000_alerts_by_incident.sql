-- Nobody asks for alerts by their incident, whose journal tells of them; and every notification wrote
-- a page of this index.
DROP INDEX IF EXISTS alerts_by_incident;
