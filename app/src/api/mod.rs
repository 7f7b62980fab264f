//! Server functions: what pages ask the server for, and the forms they post.
//!
//! Each one says who asks, calls one method of the services and maps the error; the rest is the services' business.
//! Reads go by GET, writes by POST and nothing else, so that a link can never change anything. They answer
//! [`ApiError`], never a text. To add one: a function in the file of its group, under the prefix `/api/ui`, and a line
//! in the coverage test that calls every route as nobody and as the least user.

mod approvals;
mod audit;
mod clusters;
mod error;
mod incidents;
mod integrations;
mod known;
mod once;
mod overview;
mod policies;
mod session;
mod tokens;
mod users;
mod war_room;

#[cfg(feature = "ssr")]
mod asking;
#[cfg(feature = "ssr")]
mod status;

pub use approvals::{Approve, Reject, approvals, approve, reject};
pub use audit::{VerifyAudit, audit_standing, audit_trail, verify_audit};
pub use clusters::{
    ConnectCluster, RenewToken, TestConnections, clusters, connect_cluster, renew_token,
    test_connections,
};
pub use error::ApiError;
pub use incidents::{evidence_text, incident_room, incidents};
pub use integrations::{
    AddConnection, ApproveTool, ChangeConnection, RemoveConnection, TestIntegration, WithdrawTool,
    add_connection, approve_tool, change_connection, integrations, remove_connection,
    test_integration, withdraw_tool,
};
pub use known::Known;
pub use once::{Once, Secret};
pub use overview::overview;
pub use policies::policy_book;
pub use session::{SignIn, SignOut, me, sign_in, sign_out};
pub use tokens::{CreateToken, DeleteToken, create_token, delete_token, tokens};
pub use users::{CreateUser, NewUser, SetRole, create_user, set_role, users};
pub use war_room::{
    Drill, RereadQuarantined, ResumeCluster, StartInvestigation, StopCluster, drill,
    reread_quarantined, resume_cluster, start_investigation, stop_cluster, vitals, war_room,
};

/// Sets the HTTP status of the page that is being rendered; in the browser there is nothing to set.
#[cfg(feature = "ssr")]
pub use status::of_page as page_status;

/// Sets the HTTP status of the page that is being rendered; in the browser there is nothing to set.
#[cfg(not(feature = "ssr"))]
pub fn page_status(_: u16) {}
