//! What is broken, in one line, and how far Evenkeel is with it.

use evenkeel_domain::{
    IncidentState,
    alert::Trigger,
    cluster::Environment,
    stage::{Phase, Stage},
};
use jiff::Timestamp;
use leptos::prelude::*;

use super::Icc;
use crate::{
    icons::Glyph,
    pages::words,
    ui::{Badge, Banner, PhaseRail, Scrubber, Time, Tone, browser::use_now, time::unix},
};

/// Title, badges, phase rail, scrubber.
#[component]
pub fn Head(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let title = icc.part(|state| state.title.clone());
    let facts = icc.part(|state| {
        (state.severity, state.environment, state.cluster, state.cluster_name.clone())
    });
    let drill = icc.part(|state| match &state.trigger {
        Trigger::Drill { by } => Some(format!("Drill, started by {by}: the alert is simulated")),
        Trigger::Imported { by, .. } => {
            Some(format!("Imported by {by}: it happened elsewhere and is only to be read"))
        }
        _ => None,
    });
    let status = icc.part(IncidentState::status);
    let badges = move || {
        let (severity, environment, cluster, name) = facts.get();
        view! {
            {words::severity_badge(severity)}
            <a href=format!("/clusters/{cluster}")>{name}</a>
            {words::environment_badge(environment)}
        }
    };
    view! {
        <header class="icc__head">
            <div class="icc__title">
                <h1>{move || title.get()}</h1>
                <div class="row">
                    {badges}
                    {move || drill.get().map(|text| view! { <Badge text=text tone=Tone::Practice /> })}
                    {move || words::status_words(status.get()).map(|(text, tone)| view! { <Badge text=text tone=tone /> })}
                </div>
            </div>
            <Rail icc=icc />
            <Halted icc=icc />
            <Moment icc=icc />
        </header>
    }
    .into_any()
}

#[component]
fn Rail(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let now = use_now();
    let shape = icc
        .part(|state| (state.stage.phase(), matches!(state.stage, Stage::AwaitingApproval { .. })));
    let entered = icc.part(|state| {
        (
            state.phases.iter().map(|entered| (entered.phase, entered.at)).collect::<Vec<_>>(),
            state.opened_at,
        )
    });
    // A past moment, and a closed incident, have no running clock.
    let running = Memo::new(move |_| if icc.is_now() { now.get() } else { None });
    let durations = Memo::new(move |_| {
        entered.with(|(entered, opened)| durations(entered, *opened, running.get()))
    });
    move || {
        let (current, waiting) = shape.get();
        view! { <PhaseRail current=words::phase(current) durations=durations.get() waiting=waiting /> }
    }
}

/// How long each phase took in all its rounds; the current one up to `now`, the last one since the beginning.
fn durations(
    entered: &[(Phase, Timestamp)],
    opened: Timestamp,
    now: Option<f64>,
) -> Vec<(crate::ui::Phase, String)> {
    let mut took: Vec<(Phase, f64)> = Vec::new();
    for (at, (phase, since)) in entered.iter().enumerate() {
        let until = entered.get(at + 1).map(|(_, next)| unix(*next)).or(now);
        let seconds = match phase {
            Phase::Closed => Some(unix(*since) - unix(opened)),
            _ => until.map(|until| until - unix(*since)),
        };
        let Some(seconds) = seconds else { continue };
        match took.iter_mut().find(|(known, _)| known == phase) {
            Some((_, sum)) => *sum += seconds,
            None => took.push((*phase, seconds)),
        }
    }
    took.into_iter().map(|(phase, seconds)| (words::phase(phase), words::took(seconds))).collect()
}

#[component]
fn Halted(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let halted = icc.part(|state| {
        matches!(state.stage, Stage::Halted { .. })
            .then(|| (state.cluster, state.cluster_name.clone()))
    });
    move || {
        halted.get().map(|(cluster, name)| {
            view! {
                <Banner tone=Tone::Danger glyph=Glyph::Stop>
                    "Emergency Stop holds this run before its next write. "
                    <a href=format!("/clusters/{cluster}#stop")>"Lift it in the War Room of "{name}</a>
                </Banner>
            }
        })
    }
}

/// Any moment of the journal can be looked at again; a link leads back to now.
#[component]
fn Moment(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let last = Memo::new(move |_| icc.live.state.with(|state| state.seq));
    let seen_at = icc.part(|state| state.updated_at);
    let here = format!("/incidents/{}", icc.id());
    move || {
        let (at, last, here) = (icc.at.get(), last.get(), here.clone());
        view! {
            <details class="moment" open=at.is_some()>
                <summary class="small muted">"Look at another moment"</summary>
                <Scrubber last=last at=at.unwrap_or(last) />
            </details>
            {at.map(|at| view! {
                <Banner tone=Tone::Running glyph=Glyph::Clock>
                    "This is the incident as it was after record "{at}" of "{last}", "<Time at=seen_at.get() absolute=true />". "
                    <a href=here>"Back to now"</a>
                </Banner>
            })}
        }
    }
}

/// Whether production's rules hold: the word on the button says so.
pub fn is_production(state: &IncidentState) -> bool {
    state.environment == Environment::Production
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn rounds_add_up_and_the_current_phase_runs_only_where_there_is_a_clock() {
        let entered = [
            (Phase::Observe, at(0)),
            (Phase::Orient, at(2)),
            (Phase::Observe, at(3)),
            (Phase::Orient, at(6)),
        ];
        let without = durations(&entered, at(0), None);
        assert_eq!(
            without,
            [
                (crate::ui::Phase::Observe, "5.0 s".to_owned()),
                (crate::ui::Phase::Orient, "1.0 s".to_owned())
            ]
        );
        let with = durations(&entered, at(0), Some(10.0));
        assert_eq!(with[1].1, "5.0 s");
    }
}
