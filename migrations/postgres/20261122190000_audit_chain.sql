-- Why: a record of the audit trail that was changed, removed or moved afterwards must be found.
-- Each covers its predecessor within the organisation by a hash. No version wrote to this database
-- without them.

ALTER TABLE audit
    ADD COLUMN seq       BIGINT NOT NULL CHECK (seq > 0),
    ADD COLUMN prev_hash TEXT COLLATE "C" NOT NULL,
    ADD COLUMN hash      TEXT COLLATE "C" NOT NULL;

-- Two writers that both saw the same end: one of them is refused.
CREATE UNIQUE INDEX audit_chain ON audit (organisation, seq);
