//! What is broken, in one line, and how far Evenkeel is with it.

use evenkeel_domain::{
    Entry, IncidentState,
    alert::Trigger,
    cluster::Environment,
    stage::{Phase, Stage},
};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Icc;
use crate::{
    icons::Glyph,
    pages::{url, words},
    ui::{
        Badge, Banner, Mark, PhaseRail, Scrubber, Time, Tone,
        time::{took, unix},
    },
};

/// Title, badges, phase rail, scrubber.
#[component]
pub fn Head(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let title = icc.read(|state| state.title.clone());
    let facts = icc.read(|state| {
        (state.severity, state.environment, state.cluster, state.cluster_name.clone())
    });
    let drill = icc.read(|state| match &state.trigger {
        Trigger::Drill { by } => {
            let by = words::without_tokens(by);
            Some(format!("Drill, started by {by}: the alert is simulated"))
        }
        Trigger::Imported { by, .. } => {
            Some(format!("Imported by {by}: it happened elsewhere and is only to be read"))
        }
        _ => None,
    });
    let status = icc
        .read(|state| words::ended(state.status(), matches!(state.trigger, Trigger::Drill { .. })));
    let (severity, environment, cluster, name) = facts;
    view! {
        <header class="icc__head">
            <div class="icc__title">
                <h1>{title}</h1>
                <div class="row">
                    {words::severity_badge(severity)}
                    <a href=format!("/clusters/{cluster}")>{name}</a>
                    {words::environment_badge(environment)}
                    {drill.map(|text| view! { <Badge text=text tone=Tone::Practice /> })}
                    {status.map(|(text, tone)| view! { <Badge text=text tone=tone /> })}
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
    let shape = icc
        .read(|state| (state.stage.phase(), matches!(state.stage, Stage::AwaitingApproval { .. })));
    let entered = icc.read(|state| {
        (
            state.phases.iter().map(|entered| (entered.phase, entered.at)).collect::<Vec<_>>(),
            state.opened_at,
        )
    });
    let (current, waiting) = shape;
    let (durations, running) = durations(&entered.0, entered.1);
    // A past moment has no running clock.
    let running = running.filter(|_| icc.is_now());
    view! { <PhaseRail current=words::phase(current) durations=durations running=running waiting=waiting /> }
}

/// A phase, and how long it took in words.
type Durations = Vec<(crate::ui::Phase, String)>;

/// How long each phase took in all its rounds, the last one since the beginning; and since when the current one runs,
/// with what it took before.
fn durations(entered: &[(Phase, Timestamp)], opened: Timestamp) -> (Durations, Option<(f64, f64)>) {
    let mut times: Vec<(Phase, f64)> = Vec::new();
    for (at, (phase, since)) in entered.iter().enumerate() {
        let seconds = match (phase, entered.get(at + 1)) {
            (Phase::Closed, _) => unix(*since) - unix(opened),
            (_, Some((_, next))) => unix(*next) - unix(*since),
            (_, None) => continue,
        };
        match times.iter_mut().find(|(known, _)| known == phase) {
            Some((_, sum)) => *sum += seconds,
            None => times.push((*phase, seconds)),
        }
    }
    let running =
        entered.last().filter(|(phase, _)| *phase != Phase::Closed).map(|(phase, since)| {
            let before =
                times.iter().find(|(known, _)| known == phase).map_or(0.0, |(_, sum)| *sum);
            (unix(*since), before)
        });
    let words = times.into_iter().map(|(phase, seconds)| (words::phase(phase), took(seconds)));
    (words.collect(), running)
}

#[component]
fn Halted(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let halted = icc.read(|state| {
        matches!(state.stage, Stage::Halted { .. })
            .then(|| (state.cluster, state.cluster_name.clone()))
    });
    halted.map(|(cluster, name)| {
        view! {
            <Banner tone=Tone::Danger glyph=Glyph::Stop>
                "Emergency Stop holds this run before its next write. "
                <a href=format!("/clusters/{cluster}#stop")>"Lift it in the War Room of "{name}</a>
            </Banner>
        }
    })
}

/// Any moment of the journal can be looked at again; a link leads back to now.
#[component]
fn Moment(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let last = icc.state.with_value(|state| state.seq);
    let seen_at = icc.read(|state| state.updated_at);
    let tab = use_query_map().with_untracked(|query| url::value(query, "tab"));
    let here = format!("/incidents/{}{}", icc.id(), url::query(&[("tab", tab.clone())]));
    let at = icc.at.get_value();
    let marks = icc.journal.with_value(|journal| marks(journal));
    let kept = tab.map(|tab| ("tab", tab)).into_iter().collect::<Vec<_>>();
    view! {
        <details class="moment" open=at.is_some()>
            <summary class="small muted">"Look at another moment"</summary>
            <Scrubber last=last at=at.unwrap_or(last) marks=marks kept=kept />
        </details>
        {at.map(|at| view! {
            <Banner tone=Tone::Running glyph=Glyph::Clock>
                "As it was at "<Time at=seen_at absolute=true />", record "{at}" of "{last}": nothing can be answered or changed from here. "
                <a href=here>"Back to now"</a>
            </Banner>
        })}
    }
}

/// The records with which phases began. A phase that is entered again counts again.
fn marks(journal: &[Entry]) -> Vec<Mark> {
    let mut state: Option<IncidentState> = None;
    let mut marks = Vec::new();
    for entry in journal {
        let known = state.as_ref().map_or(0, |state| state.phases.len());
        match &mut state {
            None => state = IncidentState::open(entry).ok(),
            Some(state) => {
                if state.apply(entry).is_err() {
                    break;
                }
            }
        }
        let entered = state.iter().flat_map(|state| state.phases.iter().skip(known));
        let named = entered.map(|entered| words::phase(entered.phase).name());
        marks.extend(named.map(|name| Mark { seq: entry.seq, name }));
    }
    marks
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
    fn rounds_add_up_and_the_current_phase_runs_on() {
        let entered = [
            (Phase::Observe, at(0)),
            (Phase::Orient, at(2)),
            (Phase::Observe, at(3)),
            (Phase::Orient, at(6)),
        ];
        let (durations, running) = super::durations(&entered, at(0));
        let expected = [
            (crate::ui::Phase::Observe, "5.0 s".to_owned()),
            (crate::ui::Phase::Orient, "1.0 s".to_owned()),
        ];
        assert_eq!(durations, expected);
        assert_eq!(running, Some((6.0, 1.0)));
        let over = [entered.as_slice(), &[(Phase::Closed, at(9))]].concat();
        let (durations, running) = super::durations(&over, at(0));
        assert_eq!(durations[2], (crate::ui::Phase::Closed, "9.0 s".to_owned()));
        assert_eq!(running, None);
    }
}
