-- Why: after a hundred thousand closed incidents, lists of the few open ones, of a rare severity
-- and of a word in the title read all of them. Partial indexes hold the open ones alone; the others
-- hold what is asked for, so that the rows themselves (with their summaries) are not read.

CREATE INDEX incidents_open_by_organisation ON incidents (organisation, id, cluster)
    WHERE closed_at IS NULL;
CREATE INDEX incidents_open_by_cluster ON incidents (cluster, id) WHERE closed_at IS NULL;
CREATE INDEX incidents_by_severity ON incidents (organisation, severity, id);

-- A search walks the titles.
DROP INDEX incidents_by_organisation;
CREATE INDEX incidents_by_organisation ON incidents (organisation, id, cluster, title_folded);

-- Figures of a week are reckoned from these.
DROP INDEX incidents_by_first_plan;
CREATE INDEX incidents_by_first_plan ON incidents (organisation, first_plan_at, opened_at)
    WHERE first_plan_at IS NOT NULL;
DROP INDEX incidents_by_resolution;
CREATE INDEX incidents_by_resolution ON incidents (organisation, resolved_at, asked_at, opened_at)
    WHERE resolved_at IS NOT NULL;
