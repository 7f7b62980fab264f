//! One line of the terminal.

use std::sync::Arc;

use jiff::Timestamp;
use leptos::prelude::*;

use crate::ui::CopyButton;

/// What an entry is. Each kind has a colour *and* a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Reasoning.
    Thought,
    /// A tool is called.
    Call,
    /// A tool answered.
    Result,
    /// Something was found.
    Finding,
    /// Something was decided: a plan, a policy verdict, an approval.
    Decision,
    /// The world was changed.
    Effect,
    /// Something failed or could not be seen.
    Error,
    /// The engine itself: claimed, suspended, resumed.
    System,
}

impl EntryKind {
    /// The tag on screen.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Thought => "think",
            Self::Call => "call",
            Self::Result => "result",
            Self::Finding => "found",
            Self::Decision => "decide",
            Self::Effect => "act",
            Self::Error => "error",
            Self::System => "engine",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Thought => "entry entry--thought",
            Self::Call => "entry entry--call",
            Self::Result | Self::Finding => "entry entry--result",
            Self::Decision | Self::Effect => "entry entry--decision",
            Self::Error => "entry entry--error",
            Self::System => "entry",
        }
    }
}

/// One journal entry as the terminal shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number in the journal; the key of the list.
    pub sequence: u64,
    /// Journal time.
    pub at: Timestamp,
    /// Who: `kubernetes`, `metrics`, `supervisor` …
    pub agent: String,
    /// What.
    pub kind: EntryKind,
    /// One line.
    pub text: String,
    /// What folds open: the whole result.
    pub detail: Option<String>,
    /// The exact query or call, to copy.
    pub query: Option<String>,
    /// Which evidence the line records: `#ev-<this>` leads to it and folds it open.
    pub evidence: Option<String>,
    /// Whether screen readers must hear it at once.
    pub critical: bool,
}

/// What else folds open beneath a line that records evidence, made by the page, which alone knows where it comes from.
#[derive(Clone)]
pub struct Unfold(Arc<dyn Fn(&str) -> AnyView + Send + Sync>);

impl Unfold {
    /// From what makes the view for one piece of evidence.
    pub fn new(make: impl Fn(&str) -> AnyView + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

/// One line: time, agent, tag, text; details fold open with copy.
#[component]
pub fn EntryLine(
    /// The entry.
    entry: Entry,
    /// What else folds open.
    unfold: Option<Unfold>,
) -> impl IntoView {
    let exact = entry.at.strftime("%Y-%m-%d %H:%M:%S%.3f UTC").to_string();
    let clock = entry.at.strftime("%H:%M:%S").to_string();
    let head = view! {
        <time class="entry__time" datetime=entry.at.to_string() title=exact>{clock}</time>
        <span class="entry__agent">{entry.agent}</span>
        <span class="entry__tag">{entry.kind.tag()}</span>
        <span class="entry__text">{entry.text}</span>
    };
    let class = entry.kind.class();
    let id = format!("e{}", entry.sequence);
    if entry.detail.is_none() && entry.query.is_none() && entry.evidence.is_none() {
        return view! { <div class=class id=id><div class="entry__line">{head}</div></div> }
            .into_any();
    }
    let query = entry.query.map(|query| {
        view! {
            <div class="entry__query">
                <pre><code>{query}</code></pre>
                <CopyButton what="the query" />
            </div>
        }
    });
    let detail = entry.detail.map(|detail| {
        view! {
            <div class="entry__result">
                <pre tabindex="0"><code>{detail}</code></pre>
                <CopyButton what="the result" />
            </div>
        }
    });
    let anchor = entry.evidence.as_ref().map(|evidence| format!("ev-{evidence}"));
    let more = unfold.zip(entry.evidence).map(|(Unfold(make), evidence)| make(&evidence));
    view! {
        <details class=class id=id>
            <summary class="entry__line entry__line--fold">{head}</summary>
            <div class="entry__detail" id=anchor>{query}{detail}{more}</div>
        </details>
    }
    .into_any()
}
