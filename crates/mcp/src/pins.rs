//! The tools of a server as they were when it was connected first.

use std::collections::BTreeMap;

use rmcp::model::Tool;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Tools by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins(BTreeMap<String, ToolPin>);

/// A tool's form: SHA-256 over its name, description and schemas, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolPin(String);

/// How an offered tool relates to the pinned one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pinned {
    /// Offered as pinned.
    Same,
    /// Offered, but new or different.
    Changed,
    /// Not offered.
    Absent,
}

impl Pins {
    /// Pins what a server offers.
    pub(crate) fn of(tools: &[Tool]) -> Self {
        Self(tools.iter().map(|tool| (tool.name.to_string(), pin(tool))).collect())
    }

    /// The tool's name with its hash.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ToolPin)> {
        self.0.iter().map(|(name, pin)| (name.as_str(), pin))
    }

    /// Compares what a server offers now.
    pub(crate) fn compare(&self, offered: &Self, tool: &str) -> Pinned {
        match (self.0.get(tool), offered.0.get(tool)) {
            (_, None) => Pinned::Absent,
            (Some(pinned), Some(now)) if pinned == now => Pinned::Same,
            (_, Some(_)) => Pinned::Changed,
        }
    }
}

impl ToolPin {
    /// The hash in hex.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Annotations are left out: they are hints that we don't use. The description is in: a model reads it.
fn pin(tool: &Tool) -> ToolPin {
    let form =
        serde_json::json!([tool.name, tool.description, tool.input_schema, tool.output_schema]);
    ToolPin(hex::encode(Sha256::digest(form.to_string())))
}
