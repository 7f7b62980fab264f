-- Why: a chain shows what was changed inside it, not what was cut off its end. Signed checkpoints
-- say where the audit trail ended, and the trail says where journals ended; a copy of a checkpoint
-- kept elsewhere makes both provable. What the last verification found is shown to people.

CREATE TABLE audit_checkpoints (
    organisation TEXT    NOT NULL REFERENCES organisations (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    seq          INTEGER NOT NULL,
    hash         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    -- The public key, in hex.
    signer       TEXT    NOT NULL,
    signature    TEXT    NOT NULL,
    PRIMARY KEY (organisation, number)
) STRICT;

CREATE TRIGGER audit_checkpoints_are_append_only BEFORE UPDATE ON audit_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never changed');
END;

-- How far the trail knows a journal, and whether its incident was open then.
CREATE TABLE journal_anchors (
    incident     TEXT    NOT NULL PRIMARY KEY REFERENCES incidents (id),
    organisation TEXT    NOT NULL REFERENCES organisations (id),
    seq          INTEGER NOT NULL,
    open         INTEGER NOT NULL
) STRICT;

CREATE INDEX journal_anchors_open ON journal_anchors (organisation, incident) WHERE open = 1;

-- The last of each organisation, as JSON.
CREATE TABLE audit_verifications (
    organisation TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    found        TEXT NOT NULL
) STRICT;
