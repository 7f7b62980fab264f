//! The client side of MCP: the only door from agents to the world.
//!
//! A [`ToolBox`] holds the connections of one cluster. Every call goes through it with the caller's [`AgentName`], and
//! is checked against `config/agents.toml` at that moment: what a server says about its tools isn't trusted. The tools
//! of a server are pinned by hash at the first connection; one that appears or changes later is denied. This crate must
//! not know kube, Prometheus or the domain: servers are names, commands and environments.
//!
//! To add a server: a [`ServerSpec`] from whoever knows the cluster, and its tools in `config/agents.toml`. To add
//! another way to reach servers: an implementation of [`Connector`].

mod agents;
mod bounded;
mod child;
mod connection;
mod connector;
mod error;
mod health;
mod pins;
mod reply;
mod toolbox;

pub use agents::{AgentName, AgentsConfig, AgentsError, InvalidAgentName, May, ServerLimits};
pub use child::{ChildConnector, ServerSpec};
pub use connector::{Connector, FromTransport, Session};
pub use error::{ToolError, ToolErrorKind};
pub use health::ConnectionHealth;
pub use pins::{Pins, ToolPin};
pub use reply::ToolReply;
pub use toolbox::ToolBox;
