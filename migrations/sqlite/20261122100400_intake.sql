-- Why: nothing is lost. A notification is kept as it came, in the transaction that does what
-- follows from it; alerts are known again by cluster, group, fingerprint and start.

CREATE TABLE notifications (
    id               TEXT    NOT NULL PRIMARY KEY,
    organisation     TEXT    NOT NULL REFERENCES organisations (id),
    cluster          TEXT    NOT NULL REFERENCES clusters (id),
    received_at      INTEGER NOT NULL,
    group_key        TEXT    NOT NULL,
    truncated_alerts INTEGER NOT NULL,
    -- Why it could not be read; NULL: it could.
    quarantined      TEXT,
    -- Bytes, because a body that cannot be read may hold anything.
    body             BLOB    NOT NULL
) STRICT;

CREATE INDEX notifications_by_cluster ON notifications (cluster, received_at);
CREATE INDEX notifications_quarantined ON notifications (cluster, id)
    WHERE quarantined IS NOT NULL;

CREATE TABLE alerts (
    cluster     TEXT    NOT NULL REFERENCES clusters (id),
    group_key   TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    starts_at   INTEGER NOT NULL,
    -- The alert as last heard, as JSON.
    alert       TEXT    NOT NULL,
    incident    TEXT    REFERENCES incidents (id),
    PRIMARY KEY (cluster, group_key, fingerprint, starts_at)
) STRICT;

CREATE INDEX alerts_by_incident ON alerts (incident) WHERE incident IS NOT NULL;
