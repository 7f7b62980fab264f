-- Why: the journal is the incident (a fold of append-only, hash-chained records); everything else
-- here is derived from it in the transaction that appends, so that lists, claims and figures need
-- not read journals.

CREATE TABLE incidents (
    id             TEXT    NOT NULL PRIMARY KEY,
    organisation   TEXT    NOT NULL REFERENCES organisations (id),
    cluster        TEXT    NOT NULL REFERENCES clusters (id),
    group_key      TEXT    NOT NULL,
    -- The whole of it in a list's words, as JSON; the columns after it are there to be filtered by.
    summary        TEXT    NOT NULL,
    severity       TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    -- The title in lower case, whatever its alphabet, for searching.
    title_folded   TEXT    NOT NULL,
    awaiting_since INTEGER,
    opened_at      INTEGER NOT NULL,
    closed_at      INTEGER,
    -- The end of its journal.
    head_seq       INTEGER NOT NULL,
    head_hash      TEXT    NOT NULL,
    -- Milestones for figures: the first time each happened.
    first_plan_at  INTEGER,
    asked_at       INTEGER,
    undone_at      INTEGER,
    resolved_at    INTEGER
) STRICT;

-- Lists, newest first: ids sort by time.
CREATE INDEX incidents_by_organisation ON incidents (organisation, id);
CREATE INDEX incidents_by_cluster ON incidents (cluster, id);
CREATE INDEX incidents_by_status ON incidents (organisation, status, id);
CREATE INDEX incidents_awaiting ON incidents (organisation, awaiting_since, id)
    WHERE awaiting_since IS NOT NULL;
-- Intake asks for the open incident of a group with every notification.
CREATE INDEX incidents_open ON incidents (cluster, group_key, id) WHERE closed_at IS NULL;
CREATE INDEX incidents_halted ON incidents (cluster, id) WHERE status = 'halted';
CREATE INDEX incidents_by_opening ON incidents (organisation, opened_at);
CREATE INDEX incidents_by_first_plan ON incidents (organisation, first_plan_at)
    WHERE first_plan_at IS NOT NULL;
CREATE INDEX incidents_by_resolution ON incidents (organisation, resolved_at)
    WHERE resolved_at IS NOT NULL;
CREATE INDEX incidents_by_undo ON incidents (organisation, undone_at) WHERE undone_at IS NOT NULL;

-- `event` is the exact text that `hash` covers.
CREATE TABLE journal (
    incident TEXT    NOT NULL REFERENCES incidents (id),
    seq      INTEGER NOT NULL CHECK (seq > 0),
    at       INTEGER NOT NULL,
    event    TEXT    NOT NULL,
    hash     TEXT    NOT NULL,
    PRIMARY KEY (incident, seq)
) STRICT, WITHOUT ROWID;

-- A slip of ours must not be able to rewrite history.
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'journal records are never changed');
END;

-- Whole answers of tool calls; the journal holds their hashes. Bytes, because answers may hold
-- anything, zero bytes included.
CREATE TABLE evidence_texts (
    incident TEXT NOT NULL REFERENCES incidents (id),
    evidence TEXT NOT NULL,
    text     BLOB NOT NULL,
    PRIMARY KEY (incident, evidence)
) STRICT;
