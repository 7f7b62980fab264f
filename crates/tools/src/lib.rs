//! The vocabulary of the shipped tools: for each tool its name, its arguments and its result, as plain serde structs
//! with JSON Schemas.
//!
//! Servers answer with these types and agents read them, so neither knows the other. This crate must not know tokio,
//! kube, reqwest or rmcp. Results are bounded views made for a deterministic analyzer, never raw dumps: every list says
//! whether it was cut (`truncated`), and what is unknown is `None`, never zero.
//!
//! Conventions: JSON is camelCase; times are RFC 3339 UTC (`jiff::Timestamp`), sample times unix seconds; durations
//! carry their unit in the name; arguments refuse unknown fields, so that a misspelt `dryRun` can't become a real write.
//!
//! To add a tool: a file (or a group's file) with `…Args` and its result, a name in the server's `names`, and
//! `impl ToolArguments`.

pub mod evidence;
pub mod failure;
pub mod github;
pub mod kubernetes;
pub mod loki;
pub mod memory;
pub mod network;
pub mod prometheus;
pub mod question;
pub mod redact;
pub mod runbooks;

pub use failure::ToolFailure;

/// Ties a tool's arguments to its server, its name and its result.
pub trait ToolArguments: serde::Serialize + serde::de::DeserializeOwned {
    /// The server that offers the tool, as mounted: `kubernetes`, `prometheus`, `loki`, `github`.
    const SERVER: &'static str;
    /// The tool's name on that server.
    const NAME: &'static str;
    /// What the tool does to the world.
    const EFFECT: Effect;
    /// What a successful call answers with.
    type Output: serde::Serialize + serde::de::DeserializeOwned;
}

/// What calling a tool can do to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reads only.
    Read,
    /// Changes an object, in a way another call can put back.
    Write,
    /// Removes an object.
    Destroy,
    /// Adds something and changes nothing that is there. Each call adds again.
    Add,
}

/// Implements [`ToolArguments`] in one line per tool.
macro_rules! tool {
    ($server:expr, $name:expr, $effect:ident, $args:ty => $output:ty) => {
        impl $crate::ToolArguments for $args {
            const SERVER: &'static str = $server;
            const NAME: &'static str = $name;
            const EFFECT: $crate::Effect = $crate::Effect::$effect;
            type Output = $output;
        }
    };
}
pub(crate) use tool;
