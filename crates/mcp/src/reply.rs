//! The result of a call.

use std::collections::BTreeMap;
use std::time::Duration;

/// A successful call's result.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolReply {
    /// The structured content.
    pub content: serde_json::Value,
    /// The server's line for people.
    pub summary: String,
    /// What a server of ours hid in it, by kind.
    pub hidden: BTreeMap<String, u64>,
    /// How long the call took, waiting for its turn included.
    pub duration: Duration,
    /// Bytes of the arguments as JSON.
    pub argument_bytes: usize,
    /// Bytes of the structured content as JSON.
    pub result_bytes: usize,
}
