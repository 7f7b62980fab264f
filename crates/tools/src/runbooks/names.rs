//! The tools' names on the wire.

/// Runbooks for an alert or a description.
pub const SEARCH_RUNBOOKS: &str = "search_runbooks";
/// One runbook, or a section of it.
pub const GET_RUNBOOK: &str = "get_runbook";
/// All runbooks, page by page.
pub const LIST_RUNBOOKS: &str = "list_runbooks";
/// The one runbook to follow, section by section.
pub const INCIDENT_PLAYBOOK: &str = "incident_playbook";
/// How to find out what is wrong.
pub const TROUBLESHOOTING_GUIDE: &str = "troubleshooting_guide";
/// Whom to call, and when.
pub const ESCALATION_PROCEDURES: &str = "escalation_procedures";
/// What has fixed the like.
pub const COMMON_RESOLUTIONS: &str = "common_resolutions";
/// Where runbooks come from and how fresh they are.
pub const SYNC_STATE: &str = "sync_state";
/// Pages and data sources of Notion by their titles, as they are now.
pub const NOTION_SEARCH: &str = "notion_search";
/// A page of Notion with all its blocks, as it is now.
pub const NOTION_PAGE: &str = "notion_page";
/// Rows of a data source of Notion, as they are now.
pub const NOTION_QUERY: &str = "notion_query";

/// All of them; all only read.
pub const READS: &[&str] = &[
    SEARCH_RUNBOOKS,
    GET_RUNBOOK,
    LIST_RUNBOOKS,
    INCIDENT_PLAYBOOK,
    TROUBLESHOOTING_GUIDE,
    ESCALATION_PROCEDURES,
    COMMON_RESOLUTIONS,
    SYNC_STATE,
    NOTION_SEARCH,
    NOTION_PAGE,
    NOTION_QUERY,
];
