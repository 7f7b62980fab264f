-- Why: alerts come from clusters and actions go to them.

CREATE TABLE clusters (
    id                TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation      TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    name              TEXT COLLATE "C" NOT NULL,
    environment       TEXT COLLATE "C" NOT NULL,
    prometheus_url    TEXT COLLATE "C",
    alertmanager_url  TEXT COLLATE "C",
    practice_range    BOOLEAN          NOT NULL,
    created_at        BIGINT           NOT NULL,
    -- SHA-256 of the webhook token, in hex.
    token_hash        TEXT COLLATE "C" NOT NULL UNIQUE,
    -- Sealed before it gets here; whether there is one is what people see.
    kubeconfig_sealed BYTEA,
    -- Emergency Stop: all three or none.
    stopped_by        TEXT COLLATE "C",
    stopped_at        BIGINT,
    stopped_reason    TEXT COLLATE "C",
    UNIQUE (organisation, name),
    CHECK ((stopped_by IS NULL) = (stopped_at IS NULL)),
    CHECK ((stopped_by IS NULL) = (stopped_reason IS NULL))
);
