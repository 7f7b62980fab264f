-- Why: who did what, organisation-wide. Cluster and incident are names, not references: a record
-- outlives what it speaks of.

CREATE TABLE audit (
    id           TEXT    NOT NULL PRIMARY KEY,
    organisation TEXT    NOT NULL REFERENCES organisations (id),
    at           INTEGER NOT NULL,
    actor        TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    cluster      TEXT,
    incident     TEXT,
    detail       TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_by_organisation ON audit (organisation, id);
CREATE INDEX audit_by_cluster ON audit (organisation, cluster, id) WHERE cluster IS NOT NULL;
CREATE INDEX audit_by_incident ON audit (organisation, incident, id) WHERE incident IS NOT NULL;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit records are never changed');
END;
