//! A Kubernetes-compatible API server: storage, discovery, writes, watches, logs.
//!
//! It knows nothing of the shop. To serve another resource add a line in `resources.rs`; what people define themselves
//! (`CustomResourceDefinition`) needs none.

pub mod audit;
pub mod auth;
pub mod custom;
mod defaults;
mod discovery;
mod handle;
mod managed;
mod openapi;
mod patch;
pub mod path;
mod pod_log;
mod protobuf;
mod rbac;
mod read;
mod remove;
pub mod resources;
mod review;
mod scale;
pub mod selector;
pub mod serve;
pub mod status;
pub mod store;
mod table;
mod table_rows;
pub mod tls;
mod usage;
mod validate;
mod watch;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use audit::Audit;
use auth::Tokens;
use store::Store;

use crate::metrics::usage::Usage;
use crate::net::Net;

/// What the API server's handlers share.
pub struct Api {
    /// All objects.
    pub store: Arc<Store>,
    /// Who may call.
    pub tokens: Tokens,
    /// Where accepted writes are noted.
    pub audit: Audit,
    /// Where the node writes container logs.
    pub logs: PathBuf,
    /// Addresses for Services.
    pub net: Net,
    /// What containers use.
    pub usage: Arc<Usage>,
}
