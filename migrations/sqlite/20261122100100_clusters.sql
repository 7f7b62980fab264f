-- Why: alerts come from clusters and actions go to them.

CREATE TABLE clusters (
    id                TEXT    NOT NULL PRIMARY KEY,
    organisation      TEXT    NOT NULL REFERENCES organisations (id),
    name              TEXT    NOT NULL,
    environment       TEXT    NOT NULL,
    prometheus_url    TEXT,
    alertmanager_url  TEXT,
    practice_range    INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    -- SHA-256 of the webhook token, in hex.
    token_hash        TEXT    NOT NULL UNIQUE,
    -- Sealed before it gets here; whether there is one is what people see.
    kubeconfig_sealed BLOB,
    -- Emergency Stop: all three or none.
    stopped_by        TEXT,
    stopped_at        INTEGER,
    stopped_reason    TEXT,
    UNIQUE (organisation, name),
    CHECK ((stopped_by IS NULL) = (stopped_at IS NULL)),
    CHECK ((stopped_by IS NULL) = (stopped_reason IS NULL))
) STRICT;
