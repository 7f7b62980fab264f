-- Why: a cluster in a storm must not take all workers. A claim counts what is held of each cluster
-- and looks for the first due incident of each.

ALTER TABLE jobs ADD COLUMN cluster TEXT COLLATE "C" REFERENCES clusters (id);
UPDATE jobs SET cluster = incidents.cluster FROM incidents WHERE incidents.id = jobs.incident;

-- The version before writes jobs without it.
CREATE FUNCTION job_has_a_cluster() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT cluster INTO NEW.cluster FROM incidents WHERE id = NEW.incident;
    RETURN NEW;
END
$$;
CREATE TRIGGER jobs_have_a_cluster BEFORE INSERT ON jobs
    FOR EACH ROW WHEN (NEW.cluster IS NULL) EXECUTE FUNCTION job_has_a_cluster();

-- Walked from the most urgent end, cluster by cluster.
DROP INDEX jobs_by_urgency;
CREATE INDEX jobs_by_cluster
    ON jobs (cluster, urgency DESC, opened_at, incident, due_at, lease_until)
    WHERE due_at IS NOT NULL;
CREATE INDEX jobs_held ON jobs (cluster, lease_until) WHERE lease_until IS NOT NULL;
