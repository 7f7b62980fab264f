-- Why: what a cluster is asked through is more than one Prometheus and one kubeconfig, and some of
-- it serves every cluster of an organisation. Tools of servers that are not ours are called in
-- exactly the form that a person approved.

CREATE TABLE connections (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation     TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    -- NULL: of all clusters of the organisation.
    cluster          TEXT COLLATE "C" REFERENCES clusters (id),
    kind             TEXT COLLATE "C" NOT NULL,
    -- The server's name, as in config/agents.toml.
    name             TEXT COLLATE "C" NOT NULL,
    -- Fields that are no secrets, as a JSON object of texts.
    settings         TEXT COLLATE "C" NOT NULL,
    -- Sealed before it gets here, for this connection's id.
    secret_sealed    BYTEA,
    -- A JSON list of CIDRs.
    allowed_networks TEXT COLLATE "C" NOT NULL,
    created_at       BIGINT           NOT NULL,
    created_by       TEXT COLLATE "C" NOT NULL,
    changed_at       BIGINT           NOT NULL,
    changed_by       TEXT COLLATE "C" NOT NULL
);

-- One server of a name for a cluster, and one for all clusters.
CREATE UNIQUE INDEX connections_by_name ON connections (organisation, coalesce(cluster, ''), name);

-- Tools as they were last offered, and as they were approved.
CREATE TABLE connection_tools (
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    -- A connection's id, or `operator:` and the name of a server in the operator's file.
    source       TEXT COLLATE "C" NOT NULL,
    tool         TEXT COLLATE "C" NOT NULL,
    -- The form as JSON and its SHA-256 in hex; NULL: not offered any more.
    offered      TEXT COLLATE "C",
    offered_hash TEXT COLLATE "C",
    offered_at   BIGINT           NOT NULL,
    pinned       TEXT COLLATE "C",
    pinned_hash  TEXT COLLATE "C",
    pinned_at    BIGINT,
    pinned_by    TEXT COLLATE "C",
    PRIMARY KEY (organisation, source, tool),
    CHECK ((offered IS NULL) = (offered_hash IS NULL)),
    CHECK ((pinned IS NULL) = (pinned_hash IS NULL)),
    CHECK ((pinned IS NULL) = (pinned_at IS NULL)),
    CHECK ((pinned IS NULL) = (pinned_by IS NULL))
);
