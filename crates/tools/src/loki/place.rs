//! Where lines come from, in words that do not depend on how a collector labels them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in Kubernetes. Which label holds which part is found out by looking at what labels exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Place {
    /// Namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of a workload or an application. Without a label for it, pods named after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// Pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The collector's `job`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

impl Place {
    /// A namespace.
    pub fn namespace(name: impl Into<String>) -> Self {
        Self { namespace: Some(name.into()), ..Self::default() }
    }

    /// Its parts that are given.
    pub fn parts(&self) -> impl Iterator<Item = (PlacePart, &str)> {
        [
            (PlacePart::Namespace, &self.namespace),
            (PlacePart::Workload, &self.workload),
            (PlacePart::Pod, &self.pod),
            (PlacePart::Container, &self.container),
            (PlacePart::Job, &self.job),
        ]
        .into_iter()
        .filter_map(|(part, value)| Some((part, value.as_deref()?)))
    }
}

/// A part of a [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PlacePart {
    /// Namespace.
    Namespace,
    /// Workload or application.
    Workload,
    /// Pod.
    Pod,
    /// Container.
    Container,
    /// The collector's job.
    Job,
}

/// The label that was found to hold a part of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiscoveredLabel {
    /// Which part.
    pub part: PlacePart,
    /// The label.
    pub label: String,
    /// How it is compared.
    pub operator: MatchOperator,
    /// With what.
    pub value: String,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MatchOperator {
    /// Equal.
    #[serde(rename = "=")]
    Equal,
    /// Different.
    #[serde(rename = "!=")]
    NotEqual,
    /// Matches the whole of a regular expression (RE2).
    #[serde(rename = "=~")]
    Matches,
    /// Does not.
    #[serde(rename = "!~")]
    NotMatches,
}

impl MatchOperator {
    /// As `LogQL` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::NotMatches => "!~",
        }
    }
}

/// A condition on a stream's label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelMatcher {
    /// The label.
    pub label: String,
    /// How it is compared.
    pub operator: MatchOperator,
    /// With what; any text.
    pub value: String,
}

/// How a line is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LineOperator {
    /// Holds the text.
    #[serde(rename = "|=")]
    Contains,
    /// Does not.
    #[serde(rename = "!=")]
    NotContains,
    /// A regular expression (RE2) matches somewhere in it.
    #[serde(rename = "|~")]
    Matches,
    /// Does not.
    #[serde(rename = "!~")]
    NotMatches,
}

impl LineOperator {
    /// As `LogQL` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contains => "|=",
            Self::NotContains => "!=",
            Self::Matches => "|~",
            Self::NotMatches => "!~",
        }
    }
}

/// A condition on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LineFilter {
    /// How it is compared.
    pub operator: LineOperator,
    /// With what; any text.
    pub text: String,
}
