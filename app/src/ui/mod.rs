//! Reusable components: they take plain typed props, own no fetching and know no service.
//!
//! Pages import them by name from here. Every one renders on the server, and the same way in the browser; what
//! needs a clock, a pointer or a clipboard asks [`browser`], which answers nothing on the server. Links and native
//! elements (`<details>`, forms) come first, so most work without JavaScript; the rest carries the class `needs-js`.
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
mod shortcuts;
mod states;
mod table;
mod terminal;
mod theme;
pub mod time;
mod tone;

pub use badge::{Badge, EnvironmentBadge, Severity, SeverityBadge};
pub use banner::{Banner, ConnectionBanner, PracticeBanner, StopBanner, Toast};
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
pub use phase::{Phase, PhaseRail, PhaseTag, Scrubber};
pub use risk::RiskMeter;
pub use shortcuts::{ShortcutHelp, use_shortcuts};
pub use states::{EmptyState, ErrorState, Forbidden, Skeleton};
pub use table::{KeyValue, Table};
pub use terminal::{Entry, EntryKind, Terminal, Unfold};
pub use theme::ThemeSwitch;
pub use time::{Countdown, Time};
pub use tone::Tone;
