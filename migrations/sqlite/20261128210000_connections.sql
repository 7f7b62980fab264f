-- Why: what a cluster is asked through is more than one Prometheus and one kubeconfig, and some of
-- it serves every cluster of an organisation. Tools of servers that are not ours are called in
-- exactly the form that a person approved.

CREATE TABLE connections (
    id               TEXT    NOT NULL PRIMARY KEY,
    organisation     TEXT    NOT NULL REFERENCES organisations (id),
    -- NULL: of all clusters of the organisation.
    cluster          TEXT    REFERENCES clusters (id),
    kind             TEXT    NOT NULL,
    -- The server's name, as in config/agents.toml.
    name             TEXT    NOT NULL,
    -- Fields that are no secrets, as a JSON object of texts.
    settings         TEXT    NOT NULL,
    -- Sealed before it gets here, for this connection's id.
    secret_sealed    BLOB,
    -- A JSON list of CIDRs.
    allowed_networks TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    created_by       TEXT    NOT NULL,
    changed_at       INTEGER NOT NULL,
    changed_by       TEXT    NOT NULL
) STRICT;

-- One server of a name for a cluster, and one for all clusters.
CREATE UNIQUE INDEX connections_by_name ON connections (organisation, coalesce(cluster, ''), name);

-- Tools as they were last offered, and as they were approved.
CREATE TABLE connection_tools (
    organisation TEXT    NOT NULL REFERENCES organisations (id),
    -- A connection's id, or `operator:` and the name of a server in the operator's file.
    source       TEXT    NOT NULL,
    tool         TEXT    NOT NULL,
    -- The form as JSON and its SHA-256 in hex; NULL: not offered any more.
    offered      TEXT,
    offered_hash TEXT,
    offered_at   INTEGER NOT NULL,
    pinned       TEXT,
    pinned_hash  TEXT,
    pinned_at    INTEGER,
    pinned_by    TEXT,
    PRIMARY KEY (organisation, source, tool),
    CHECK ((offered IS NULL) = (offered_hash IS NULL)),
    CHECK ((pinned IS NULL) = (pinned_hash IS NULL)),
    CHECK ((pinned IS NULL) = (pinned_at IS NULL)),
    CHECK ((pinned IS NULL) = (pinned_by IS NULL))
) STRICT;
