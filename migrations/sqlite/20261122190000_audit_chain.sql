-- Why: a record of the audit trail that was changed, removed or moved afterwards must be found.
-- Each covers its predecessor within the organisation by a hash. The columns may be empty because
-- the version before this one writes without them; what it wrote is put into the chain when the
-- store is brought up to date.

ALTER TABLE audit ADD COLUMN seq INTEGER CHECK (seq > 0);
ALTER TABLE audit ADD COLUMN prev_hash TEXT;
ALTER TABLE audit ADD COLUMN hash TEXT;

-- Two writers that both saw the same end: one of them is refused.
CREATE UNIQUE INDEX audit_chain ON audit (organisation, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unchained ON audit (id) WHERE hash IS NULL;

DROP TRIGGER audit_is_append_only;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
WHEN OLD.hash IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.organisation IS NOT NEW.organisation
    OR OLD.at IS NOT NEW.at OR OLD.actor IS NOT NEW.actor OR OLD.action IS NOT NEW.action
    OR OLD.subject IS NOT NEW.subject OR OLD.cluster IS NOT NEW.cluster
    OR OLD.incident IS NOT NEW.incident OR OLD.detail IS NOT NEW.detail
BEGIN
    SELECT RAISE(ABORT, 'audit records are never changed');
END;
