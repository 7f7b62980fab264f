-- Why: a `resolved` that was lost is found by asking Alertmanager about the alerts that fire as
-- far as we know and have not been heard of for a while. NULL: written by the version before, and
-- known when it is heard of again.

ALTER TABLE alerts ADD COLUMN firing INTEGER;
ALTER TABLE alerts ADD COLUMN heard_at INTEGER;
UPDATE alerts SET firing = (alert ->> '$.status') = 'firing', heard_at = starts_at;

-- Without the time it was heard of: a repeat, which is what comes most, must not move it.
CREATE INDEX alerts_firing ON alerts (cluster, starts_at, fingerprint) WHERE firing = 1;

-- What Alertmanager left out of a notification is asked for, until it has been got.
ALTER TABLE notifications ADD COLUMN filled_at INTEGER;
CREATE INDEX notifications_truncated ON notifications (cluster, id)
    WHERE truncated_alerts > 0 AND filled_at IS NULL;

-- How each cluster's Alertmanager answered when it was last asked.
CREATE TABLE alert_checks (
    cluster  TEXT    NOT NULL PRIMARY KEY REFERENCES clusters (id),
    at       INTEGER NOT NULL,
    ok_at    INTEGER,
    failure  TEXT,
    took_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
