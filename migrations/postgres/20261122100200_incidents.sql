-- Why: the journal is the incident (a fold of append-only, hash-chained records); everything else
-- here is derived from it in the transaction that appends, so that lists, claims and figures need
-- not read journals.

CREATE TABLE incidents (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    organisation   TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    cluster        TEXT COLLATE "C" NOT NULL REFERENCES clusters (id),
    group_key      TEXT COLLATE "C" NOT NULL,
    -- The whole of it in a list's words, as JSON; the columns after it are there to be filtered by.
    summary        TEXT COLLATE "C" NOT NULL,
    severity       TEXT COLLATE "C" NOT NULL,
    status         TEXT COLLATE "C" NOT NULL,
    -- The title in lower case, whatever its alphabet, for searching.
    title_folded   TEXT COLLATE "C" NOT NULL,
    awaiting_since BIGINT,
    opened_at      BIGINT           NOT NULL,
    closed_at      BIGINT,
    -- The end of its journal.
    head_seq       BIGINT           NOT NULL,
    head_hash      TEXT COLLATE "C" NOT NULL,
    -- Milestones for figures: the first time each happened.
    first_plan_at  BIGINT,
    asked_at       BIGINT,
    undone_at      BIGINT,
    resolved_at    BIGINT
);

-- Lists, newest first: ids sort by time.
CREATE INDEX incidents_by_organisation ON incidents (organisation, id);
CREATE INDEX incidents_by_cluster ON incidents (cluster, id);
CREATE INDEX incidents_by_status ON incidents (organisation, status, id);
CREATE INDEX incidents_awaiting ON incidents (organisation, awaiting_since, id)
    WHERE awaiting_since IS NOT NULL;
-- Intake asks for the open incident of a group with every notification.
-- A digest, because a group's key may be longer than an index can hold.
CREATE INDEX incidents_open ON incidents (cluster, md5(group_key), id) WHERE closed_at IS NULL;
CREATE INDEX incidents_halted ON incidents (cluster, id) WHERE status = 'halted';
CREATE INDEX incidents_by_opening ON incidents (organisation, opened_at);
CREATE INDEX incidents_by_first_plan ON incidents (organisation, first_plan_at)
    WHERE first_plan_at IS NOT NULL;
CREATE INDEX incidents_by_resolution ON incidents (organisation, resolved_at)
    WHERE resolved_at IS NOT NULL;
CREATE INDEX incidents_by_undo ON incidents (organisation, undone_at) WHERE undone_at IS NOT NULL;

-- `event` is the exact text that `hash` covers.
CREATE TABLE journal (
    incident TEXT COLLATE "C" NOT NULL REFERENCES incidents (id),
    seq      BIGINT           NOT NULL CHECK (seq > 0),
    at       BIGINT           NOT NULL,
    event    TEXT COLLATE "C" NOT NULL,
    hash     TEXT COLLATE "C" NOT NULL,
    -- Who wrote it, in the database's own numbers.
    transaction BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    PRIMARY KEY (incident, seq)
);

-- Other replicas look for records of transactions that they could not see the time before. Such
-- numbers only grow, as the table does: a summary per stretch of the table finds them.
CREATE INDEX journal_by_transaction ON journal USING brin (transaction)
    WITH (pages_per_range = 16, autosummarize = on);

-- A slip of ours must not be able to rewrite history.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% records are never changed', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Whole answers of tool calls; the journal holds their hashes. Bytes, because answers may hold
-- anything, zero bytes included.
CREATE TABLE evidence_texts (
    incident TEXT COLLATE "C" NOT NULL REFERENCES incidents (id),
    evidence TEXT COLLATE "C" NOT NULL,
    text     BYTEA            NOT NULL,
    PRIMARY KEY (incident, evidence)
);
