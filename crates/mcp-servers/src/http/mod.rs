//! The way to an HTTP API, for every server that speaks to one: sign-in, tenant, certificates, bounds of time and size,
//! and failures that say what happened.
//!
//! A server names its API once ([`Service`]), reads where it is ([`Access::from_env`]), opens an [`Endpoint`] and reads
//! what comes back ([`Answer`]). Redirects are refused, because credentials must not follow them; proxies from the
//! environment aren't used; an answer is read no further than its bound.

mod access;
mod answer;
mod endpoint;
mod service;

pub use access::{Access, Auth};
pub use answer::Answer;
pub use endpoint::Endpoint;
pub(crate) use endpoint::root_cause;
pub use service::{Codes, Service};
