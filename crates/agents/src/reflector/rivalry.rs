//! A change and a rise of the load as rival explanations of the same trouble.

use evenkeel_domain::{
    evidence::Citation,
    finding::{Finding, FindingKind},
    hypothesis::CauseCode,
};
use jiff::SignedDuration;

use super::{
    case::Case,
    causes::Rule,
    change::Correlation,
    check::Checker,
    scales::Scales,
    timing::{self, Nearest, Timing},
    weigh,
};
use crate::{bench::Interrupted, draft::facts, moment};

/// Citations of one finding in a sentence about three.
const EACH: usize = 2;

/// Whether `finding` is what the rule's rival brought about: the very signal that alerted, when it
/// followed the rival, or what had begun before a change that is to explain it.
pub fn explained_by_the_other(
    rule: &Rule,
    timing: Option<&Timing<'_>>,
    change: Option<&Correlation<'_>>,
    finding: &Finding,
) -> bool {
    match rule.cause {
        CauseCode::Overload => {
            timing.is_some_and(|t| t.nearest == Nearest::Change && t.effect.id == finding.id)
        }
        CauseCode::BadRollout => change
            .zip(finding.since)
            .is_some_and(|(change, since)| change.change.at.duration_since(since) > weigh::APART),
        _ => false,
    }
}

/// What the load says of a cause: that it has come back, or that it explains a bad release's
/// symptoms as well.
pub async fn weigh_load(
    checker: &mut Checker<'_>,
    scales: &mut Scales,
    rule: &Rule,
    case: &Case<'_>,
    timing: Option<&Timing<'_>>,
) -> Result<(), Interrupted> {
    let Some(load) = case.first(FindingKind::TrafficUp) else { return Ok(()) };
    let ended = load.facts.contains_key(facts::ENDED);
    match rule.cause {
        CauseCode::Overload if ended => {
            let text = format!("the load is over: {}", load.summary);
            let claim = checker.claim(text, load.evidence.clone()).await?;
            scales.oppose(claim, weigh::ENDED);
        }
        CauseCode::Overload => {
            let began = timing::effect(case).and_then(|effect| Some((effect, effect.since?)));
            let Some(((effect, began), rose)) = began.zip(load.since) else { return Ok(()) };
            let gap = began.duration_since(rose);
            let penalty = weigh::LONG_BEFORE * (1.0 - weigh::load_decay(gap));
            if penalty > 0.0 {
                let text = load_was_there(effect, gap);
                let citations = [effect, load].map(|f| f.evidence.iter().take(EACH).cloned());
                let citations = citations.into_iter().flatten().collect();
                let claim = checker.claim(text, citations).await?;
                scales.oppose(claim, penalty);
            }
        }
        CauseCode::BadRollout if !ended && comes_of_load(case) => {
            let nearest = timing.map_or(Nearest::Nobody, |timing| timing.nearest);
            let (text, penalty, citations) = match (nearest, timing) {
                (Nearest::Load, Some(timing)) => {
                    (followed(timing, Nearest::Load), weigh::PASSED_OVER, together(timing, None))
                }
                (Nearest::Change, Some(timing)) => (
                    format!(
                        "load rose as well, but {}",
                        load_was_there(timing.effect, timing.since_load)
                    ),
                    weigh::EARLIER,
                    together(timing, None),
                ),
                _ => (
                    format!("load explains it as well: {}", load.summary),
                    weigh::LOAD_TOO,
                    load.evidence.clone(),
                ),
            };
            let claim = checker.claim(text, citations).await?;
            scales.oppose(claim, penalty);
        }
        _ => {}
    }
    Ok(())
}

/// More load slows and saturates; it seldom makes a new release answer with errors only.
fn comes_of_load(case: &Case<'_>) -> bool {
    !case.has(FindingKind::ErrorsUp) || case.has(FindingKind::LatencyUp)
}

/// What a change says of a cause that needs none.
pub async fn weigh_change(
    checker: &mut Checker<'_>,
    scales: &mut Scales,
    rule: &Rule,
    change: &Correlation<'_>,
    timing: Option<&Timing<'_>>,
) -> Result<(), Interrupted> {
    let timing = timing.filter(|_| rule.cause == CauseCode::Overload);
    let nearest = timing.map_or(Nearest::Nobody, |timing| timing.nearest);
    let (text, penalty, citations) = match (nearest, timing) {
        (Nearest::Change, Some(timing)) if !change.mending => (
            followed(timing, Nearest::Change),
            weigh::PASSED_OVER,
            together(timing, Some(change.finding)),
        ),
        (Nearest::Load, Some(timing)) => (
            format!(
                "a change came as well, but {}: {}",
                if timing.since_change.is_negative() { "only afterwards" } else { "earlier" },
                change.finding.summary,
            ),
            weigh::EARLIER * change.strength,
            change.finding.evidence.clone(),
        ),
        _ => (
            format!("a change explains it as well: {}", change.finding.summary),
            weigh::CHANGE_TOO * change.strength,
            change.finding.evidence.clone(),
        ),
    };
    let claim = checker.claim(text, citations).await?;
    scales.oppose(claim, penalty);
    Ok(())
}

/// What the trouble followed, and how long the other had been there.
fn followed(timing: &Timing<'_>, nearest: Nearest) -> String {
    let effect = name(timing.effect.kind);
    match nearest {
        Nearest::Change => format!(
            "{effect} began {} after a change, and {}",
            moment::length(timing.since_change.max(SignedDuration::ZERO)),
            load_was_there(timing.effect, timing.since_load),
        ),
        _ if timing.since_change.is_negative() => format!(
            "{effect} began {} after the load had risen, before anything was changed",
            moment::length(timing.since_load.max(SignedDuration::ZERO)),
        ),
        _ => format!(
            "{effect} began {} after the load had risen, and {} after the change",
            moment::length(timing.since_load.max(SignedDuration::ZERO)),
            moment::length(timing.since_change),
        ),
    }
}

fn load_was_there(effect: &Finding, gap: SignedDuration) -> String {
    let (effect, length) = (name(effect.kind), moment::length(gap));
    if gap.is_negative() {
        format!("the load rose {length} after {effect} had begun")
    } else {
        format!("the load had been up for {length} before {effect} began")
    }
}

fn name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::ErrorsUp => "the errors",
        FindingKind::LatencyUp => "the slowness",
        FindingKind::Saturation => "the saturation",
        FindingKind::CpuThrottling => "the throttling",
        FindingKind::TrafficDrop => "the loss of traffic",
        _ => "the trouble",
    }
}

fn together(timing: &Timing<'_>, change: Option<&Finding>) -> Vec<Citation> {
    [Some(timing.effect), Some(timing.load), change]
        .into_iter()
        .flatten()
        .flat_map(|finding| finding.evidence.iter().take(EACH).cloned())
        .collect()
}
