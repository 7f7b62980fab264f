-- Why: how a connection does is known to the process that asked last, and shown by every process. Each
-- keeps it here every few seconds.
CREATE TABLE connection_health (
    cluster  TEXT COLLATE "C" NOT NULL REFERENCES clusters (id),
    server   TEXT COLLATE "C" NOT NULL,
    at       BIGINT           NOT NULL,
    ok_at    BIGINT,
    state    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (cluster, server)
);
