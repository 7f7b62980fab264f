-- Why: nothing is lost. A notification is kept as it came, in the transaction that does what
-- follows from it; alerts are known again by cluster, group, fingerprint and start.

CREATE TABLE notifications (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation     TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    cluster          TEXT COLLATE "C" NOT NULL REFERENCES clusters (id),
    received_at      BIGINT           NOT NULL,
    group_key        TEXT COLLATE "C" NOT NULL,
    truncated_alerts BIGINT           NOT NULL,
    -- Why it could not be read; NULL: it could.
    quarantined      TEXT COLLATE "C",
    -- Bytes, because a body that cannot be read may hold anything.
    body             BYTEA            NOT NULL
);

CREATE INDEX notifications_by_cluster ON notifications (cluster, received_at);
CREATE INDEX notifications_quarantined ON notifications (cluster, id)
    WHERE quarantined IS NOT NULL;

CREATE TABLE alerts (
    cluster     TEXT COLLATE "C" NOT NULL REFERENCES clusters (id),
    group_key   TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    starts_at   BIGINT           NOT NULL,
    -- The alert as last heard, as JSON.
    alert       TEXT COLLATE "C" NOT NULL,
    incident    TEXT COLLATE "C" REFERENCES incidents (id)
);

-- Digests, because what comes from outside may be longer than an index can hold.
CREATE UNIQUE INDEX alerts_by_key ON alerts (cluster, md5(group_key), md5(fingerprint), starts_at);

CREATE INDEX alerts_by_incident ON alerts (incident) WHERE incident IS NOT NULL;
