-- Why: in a storm many groups of alerts speak of one object. A group without an incident looks for
-- one that was opened lately about the same object before it opens its own.

-- '*': takes in a storm. '-': its alerts name no object. NULL: nothing joins it but its own group.
ALTER TABLE incidents ADD COLUMN owner_key TEXT COLLATE "C";

CREATE INDEX incidents_by_owner ON incidents (cluster, owner_key, opened_at)
    WHERE owner_key IS NOT NULL AND closed_at IS NULL;
CREATE INDEX incidents_lately ON incidents (cluster, opened_at);

-- The incident that a group belongs to although another group opened it.
CREATE TABLE alert_groups (
    cluster   TEXT COLLATE "C" NOT NULL REFERENCES clusters (id),
    group_key TEXT COLLATE "C" NOT NULL,
    incident  TEXT COLLATE "C" NOT NULL REFERENCES incidents (id)
);
CREATE UNIQUE INDEX alert_groups_key ON alert_groups (cluster, md5(group_key));
