//! Reusable components: they take plain typed props, own no fetching and know no service.
//!
//! Pages import them by name from here. Almost all are HTML the server renders and nothing more: links and native
//! elements (`<details>`, forms) come first, so they work without JavaScript. What needs a clock, a pointer or a
//! clipboard leaves a mark that [`crate::live`] reads; what has a state of its own in the browser ([`Search`],
//! [`ThemeSwitch`], [`ConnectionBanner`]) is an island and may ask [`browser`], which answers nothing on the server. What
//! is useless without JavaScript carries the class `needs-js`. Only islands make the WebAssembly module larger.
//! The content security policy forbids `style` attributes: use classes, SVG attributes, `<meter>` and `<progress>`.
//!
//! To add one: a file here, a line below, a sheet in `style/components/`, and a place in `examples/gallery.rs`.

pub mod browser;
pub mod chart;

mod badge;
mod banner;
mod button;
mod copy;
mod dialog;
mod diff;
mod field;
mod hypothesis;
mod json;
mod nav;
mod palette;
mod panel;
mod phase;
mod risk;
mod scrubber;
mod search;
mod shortcuts;
mod states;
mod table;
mod terminal;
mod theme;
pub mod time;
mod tone;

pub use badge::{Badge, EnvironmentBadge, Severity, SeverityBadge};
pub use banner::{Banner, ConnectionBanner, PracticeBanner, StopBanner};
pub use button::{Button, ButtonKind, ButtonLink};
pub use chart::{Change, Points, Sparkline, VerificationChart, Vital, VitalCard};
pub use copy::CopyButton;
pub use dialog::{Confirm, Dialog, TypeToConfirm};
pub use diff::DiffView;
pub use field::{Checkbox, Field, Select, TextArea, TextInput};
pub use hypothesis::{ClaimLine, ClaimList, Confidence, HypothesisCard, confidence_words};
pub use json::JsonView;
pub use nav::{Breadcrumbs, FilterChips, LinkItem, Pager, Tabs};
pub use palette::{Command, CommandPalette};
pub use panel::Panel;
pub use phase::{Phase, PhaseRail, PhaseTag};
pub use risk::RiskMeter;
pub use scrubber::{Mark, Scrubber};
pub use search::Search;
pub use shortcuts::{ShortcutHelp, use_shortcuts};
pub use states::{EmptyState, ErrorState, Forbidden, ProblemNote, Skeleton};
pub use table::{KeyValue, Table};
pub use terminal::{Entry, EntryKind, Terminal, Unfold, state_words};
pub use theme::ThemeSwitch;
pub use time::{Countdown, Time};
pub use tone::Tone;
