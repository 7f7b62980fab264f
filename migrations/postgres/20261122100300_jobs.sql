-- Why: a worker that dies must lose its incident to another, and must not be able to write after
-- it has. One row per incident: when it is due, who holds it until when, and the fencing token.

CREATE TABLE jobs (
    incident    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES incidents (id),
    -- 0 info, 1 warning, 2 critical.
    urgency     BIGINT           NOT NULL,
    opened_at   BIGINT           NOT NULL,
    -- NULL: not before its journal grows; for a closed incident never.
    due_at      BIGINT,
    lease_owner TEXT COLLATE "C",
    lease_until BIGINT,
    fence       BIGINT           NOT NULL DEFAULT 0,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);

-- A claim walks this from its most urgent end and takes the first that is due and not held.
CREATE INDEX jobs_by_urgency ON jobs (urgency DESC, opened_at, incident, due_at, lease_until)
    WHERE due_at IS NOT NULL;
