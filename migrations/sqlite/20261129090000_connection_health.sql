-- Why: how a connection does is known to the process that asked last, and shown by every process. Each
-- keeps it here every few seconds.
CREATE TABLE connection_health (
    cluster  TEXT    NOT NULL REFERENCES clusters (id),
    server   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    ok_at    INTEGER,
    state    TEXT    NOT NULL,
    PRIMARY KEY (cluster, server)
) STRICT, WITHOUT ROWID;
