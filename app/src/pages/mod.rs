//! Pages: they fetch, components show.
//!
//! They are rendered on the server and nowhere else. Each sets its title, has a view for nothing, failure and refusal
//! (see `load`), keeps its state in the address, works without JavaScript, and says with [`crate::live::Live`] what
//! it follows.
//! To add one: a file here, a route in [`crate::app`], an entry of the rail in `signed`, a line in the end-to-end tests.

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
mod integrations;
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
pub use integrations::IntegrationsPage;

pub use login::Login;
pub use not_found::NotFound;
pub use overview::OverviewPage;
pub use policies::PoliciesPage;
pub use settings::SettingsPage;
pub use signed::SignedIn;
pub use war_room::WarRoomPage;
