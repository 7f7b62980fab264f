//! Where an incident is between the alert and the end.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// The phases of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Collecting evidence.
    Observe,
    /// Building hypotheses.
    Orient,
    /// Planning and asking the policy, perhaps a person.
    Decide,
    /// Executing the approved actions.
    Act,
    /// Measuring whether it worked.
    Verify,
    /// Over.
    Closed,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Self; 6] =
        [Self::Observe, Self::Orient, Self::Decide, Self::Act, Self::Verify, Self::Closed];

    /// Its name on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observe => "Observe",
            Self::Orient => "Orient",
            Self::Decide => "Decide",
            Self::Act => "Act",
            Self::Verify => "Verify",
            Self::Closed => "Closed",
        }
    }

    /// Its icon.
    #[must_use]
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Observe => Glyph::Observe,
            Self::Orient => Glyph::Orient,
            Self::Decide => Glyph::Decide,
            Self::Act => Glyph::Act,
            Self::Verify => Glyph::Verify,
            Self::Closed => Glyph::Closed,
        }
    }
}

/// A phase as a small label, for rows.
#[component]
pub fn PhaseTag(
    /// Which.
    phase: Phase,
) -> impl IntoView {
    view! { <span class="phase-tag"><Icon glyph=phase.glyph() />{phase.name()}</span> }.into_any()
}

/// The rail: all phases, what each took, which is current.
#[component]
pub fn PhaseRail(
    /// The current phase.
    current: Phase,
    /// How long each phase took so far, in words; absent phases took no time yet.
    #[prop(optional)]
    durations: Vec<(Phase, String)>,
    /// Since when the current phase runs, and how many seconds it took in earlier rounds; the browser counts on.
    #[prop(optional_no_strip)]
    running: Option<(f64, f64)>,
    /// Whether a person is awaited: only then anything pulses.
    #[prop(optional)]
    waiting: bool,
) -> impl IntoView {
    let steps = Phase::ALL.map(|phase| {
        let here = phase == current;
        let took = durations.iter().find(|(of, _)| *of == phase).map(|(_, took)| took.clone());
        let past = phase < current;
        // What was never begun is not ticked off: not every incident is acted on.
        let done = past && took.is_some();
        let class = match (here, done, waiting) {
            (true, _, true) => "rail__step rail__step--current rail__step--waiting",
            (true, ..) => "rail__step rail__step--current",
            (_, true, _) => "rail__step rail__step--done",
            _ if past => "rail__step rail__step--skipped",
            _ => "rail__step",
        };
        let running = running.filter(|_| here);
        let word = match (here, done) {
            (true, _) => "current",
            (_, true) => "done",
            _ if past => "not done",
            _ => "ahead",
        };
        view! {
            <li class=class aria-current=here.then_some("step")>
                <Icon glyph=if done && !here { Glyph::Check } else { phase.glyph() } />
                <span class="rail__name">{phase.name()}</span>
                <span class="unseen">{word}</span>
                <span class="rail__took number" data-since=running.map(|running| running.0) data-before=running.map(|running| running.1)>{took.or_else(|| (past && !done).then(|| "–".to_owned()))}</span>
            </li>
        }
    });
    view! { <ol class="rail" aria-label="Phases of this incident">{steps.into_iter().collect_view()}</ol> }.into_any()
}
