//! What a colour means. Never the only carrier: each tone comes with an icon, and its user adds a word.

use crate::icons::Glyph;

/// The meanings that have a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// Healthy, approved, succeeded.
    Ok,
    /// Critical, failed, destructive.
    Danger,
    /// Waiting for a person.
    Waiting,
    /// Running.
    Running,
    /// The practice range.
    Practice,
}

impl Tone {
    /// The suffix of class names, as in `badge--ok`.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Ok => "ok",
            Self::Danger => "danger",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Practice => "practice",
        }
    }

    /// The icon that says the same without colour.
    #[must_use]
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Neutral => Glyph::Dot,
            Self::Ok => Glyph::Ok,
            Self::Danger => Glyph::Failed,
            Self::Waiting => Glyph::Warning,
            Self::Running => Glyph::Activity,
            Self::Practice => Glyph::Practice,
        }
    }
}
