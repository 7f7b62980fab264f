//! How bad an alert says it is.

use serde::{Deserialize, Serialize};

/// Severity, worst last, as read from the `severity` label of an alert.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Severity {
    /// Something to know.
    Info,
    /// Something to look at. Also what an alert without a `severity` label gets.
    #[default]
    Warning,
    /// Somebody should be awake.
    Critical,
}

impl Severity {
    /// Reads the usual spellings of the `severity` label; anything else is a warning.
    pub fn from_label(label: &str) -> Self {
        match label.to_ascii_lowercase().as_str() {
            "critical" | "page" | "error" | "high" | "emergency" | "fatal" | "p1" | "sev1" => {
                Self::Critical
            }
            "info" | "none" | "low" | "informational" | "notice" | "p4" | "p5" => Self::Info,
            _ => Self::Warning,
        }
    }

    /// The word shown to people and kept in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_sorts_last_and_unknown_is_a_warning() {
        assert!(Severity::Critical > Severity::Warning && Severity::Warning > Severity::Info);
        assert_eq!(Severity::from_label("PAGE"), Severity::Critical);
        assert_eq!(Severity::from_label("banana"), Severity::Warning);
    }
}
