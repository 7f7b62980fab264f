//! The protocol's own conformance suite, held against our servers and our client.
//!
//! The suite is a program of others, run by Node; `scripts/setup-conformance.sh` puts both into a cache outside the
//! repository, and [`Suite::find`] finds them. Servers are run in this process by the code that ships: the same tool
//! server, the same HTTP, the same door. [`doubles`] are tools whose names and answers the suite asks for. Our client is
//! run as a child (`evenkeel-conformance client`), because the suite starts it.
//! What passes and what does not, and why, stands in `expected.toml`; anything else is a failure, in both directions.
//!
//! This crate must not know the platform: its `/mcp` is held against the suite by the server's own tests, with
//! [`Suite`] and [`Expected`] from here.

pub mod client;
pub mod doubles;
mod everything;
pub mod expected;
pub mod running;
pub mod suite;

pub use everything::everything;
pub use expected::Expected;
pub use running::Running;
pub use suite::{Missing, Outcome, Suite};
