//! The client side of MCP: the only door from agents to the world.
//!
//! A [`ToolBox`] holds the connections of one cluster. Every call goes through it with the caller's [`AgentName`], and
//! is checked against `config/agents.toml` at that moment: what a server says about its tools isn't trusted. A tool is
//! called only in the form that was pinned: our own servers' by the running version, third-party ones by an
//! administrator's approval. Each server has so many calls at once and so many a second, and is left alone for a while
//! when it stops answering; a read that got no answer at all is tried again, a write never. This crate must not know
//! kube, Prometheus or the domain: servers are names, commands, addresses and environments.
//!
//! To add a server: a [`ServerSpec`] from whoever knows the cluster, and its tools in `config/agents.toml`. To add
//! another way to reach servers: an implementation of [`Connector`].

mod agents;
mod asks;
mod bounded;
mod breaker;
mod bucket;
mod child;
mod connection;
mod connector;
mod error;
mod health;
mod http;
mod pins;
mod reply;
mod result;
mod toolbox;

pub use agents::{
    AgentName, AgentsConfig, AgentsError, InvalidAgentName, May, ServerLimits, ToolRule,
};
pub use asks::QuestionError;
pub use bucket::Rate;
pub use child::{ChildConnector, ServerSpec};
pub use connector::{Connector, FromTransport, Session};
pub use error::{ToolError, ToolErrorKind};
pub use health::ConnectionHealth;
pub use http::{ClientCredentials, HttpConnector, HttpSpec, SignIn};
pub use pins::{OfferedTool, Pins, ToolPin};
pub use reply::ToolReply;
pub use toolbox::ToolBox;
