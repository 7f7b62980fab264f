//! `troubleshooting_guide`, `escalation_procedures` and `common_resolutions`: passages of runbooks by what they are for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

macro_rules! ask {
    ($args:ident, $name:expr, $what:literal) => {
        #[doc = concat!("Arguments of the tool that finds ", $what, ".")]
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $args {
            /// What is wrong, in words (at most 4000 bytes).
            pub query: String,
            /// Names of alerts; what names one of them comes first (at most 20).
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub alert_names: Vec<String>,
            /// Passages at most, 1 to 10; 3 when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub limit: Option<u32>,
        }
        tool!(super::SERVER, $name, Read, $args => Passages);
    };
}
ask!(TroubleshootingGuideArgs, names::TROUBLESHOOTING_GUIDE, "how to find out what is wrong");
ask!(EscalationProceduresArgs, names::ESCALATION_PROCEDURES, "whom to call");
ask!(CommonResolutionsArgs, names::COMMON_RESOLUTIONS, "what fixes the like");

/// Passages of runbooks, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passages {
    /// One of each runbook. Empty means that nothing fits among those searched.
    pub passages: Vec<Passage>,
    /// Sources that were not, or only partly, searched, with the reason.
    pub unseen: Vec<String>,
}

/// A section of a runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    /// The runbook.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Its address for people, if it has one.
    pub url: Option<String>,
    /// The section's heading.
    pub section: String,
    /// What it says, as markdown (at most 4 KiB).
    pub text: String,
    /// Whether it was cut.
    pub truncated: bool,
}
