-- Why: who did what, organisation-wide. Cluster and incident are names, not references: a record
-- outlives what it speaks of.

CREATE TABLE audit (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    at           BIGINT           NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    cluster      TEXT COLLATE "C",
    incident     TEXT COLLATE "C",
    detail       TEXT COLLATE "C" NOT NULL
);

CREATE INDEX audit_by_organisation ON audit (organisation, id);
CREATE INDEX audit_by_cluster ON audit (organisation, cluster, id) WHERE cluster IS NOT NULL;
CREATE INDEX audit_by_incident ON audit (organisation, incident, id) WHERE incident IS NOT NULL;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
