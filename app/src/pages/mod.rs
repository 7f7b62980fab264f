//! Pages: they fetch, components show.
//!
//! Each sets its title, has a view for loading, nothing, failure and refusal (see `load`), keeps its state in the
//! address, and works without JavaScript: what is live or relative is added in the browser, after the same first render.
//! To add one: a file here, a route in [`crate::app`], an entry of the rail in `signed`, a line in the end-to-end tests.

mod again;
mod load;
mod row;
mod signed;
mod url;
mod words;

mod approvals;
mod audit;
mod clusters;
mod incident;
mod incidents;
mod login;
mod not_found;
mod overview;
mod policies;
mod settings;
mod war_room;

pub use approvals::ApprovalsPage;
pub use audit::AuditPage;
pub use clusters::{ClustersPage, ConnectPage};
pub use incident::{EvidencePage, IncidentPage};
pub use incidents::IncidentsPage;
pub use login::Login;
pub use not_found::NotFound;
pub use overview::OverviewPage;
pub use policies::PoliciesPage;
pub use settings::SettingsPage;
pub use signed::SignedIn;
pub use war_room::WarRoomPage;
