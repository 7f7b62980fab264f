-- Why: a chain shows what was changed inside it, not what was cut off its end. Signed checkpoints
-- say where the audit trail ended, and the trail says where journals ended; a copy of a checkpoint
-- kept elsewhere makes both provable. What the last verification found is shown to people.

CREATE TABLE audit_checkpoints (
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    number       BIGINT           NOT NULL CHECK (number > 0),
    seq          BIGINT           NOT NULL,
    hash         TEXT COLLATE "C" NOT NULL,
    at           BIGINT           NOT NULL,
    -- The public key, in hex.
    signer       TEXT COLLATE "C" NOT NULL,
    signature    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (organisation, number)
);

CREATE TRIGGER audit_checkpoints_are_append_only BEFORE UPDATE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How far the trail knows a journal, and whether its incident was open then.
CREATE TABLE journal_anchors (
    incident     TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES incidents (id),
    organisation TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    seq          BIGINT           NOT NULL,
    open         BIGINT           NOT NULL
);

CREATE INDEX journal_anchors_open ON journal_anchors (organisation, incident) WHERE open = 1;

-- The last of each organisation, as JSON.
CREATE TABLE audit_verifications (
    organisation TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES organisations (id),
    found        TEXT COLLATE "C" NOT NULL
);
