-- Why: the memory reads closed incidents in the order of closing, page by page, and asks for what was
-- closed since with every question.
CREATE INDEX incidents_by_closing ON incidents (organisation, closed_at, id)
    WHERE closed_at IS NOT NULL;
