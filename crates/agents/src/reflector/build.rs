//! One hypothesis: a rule applied to a case.

use evenkeel_domain::{
    IncidentState, Timestamp,
    evidence::{Agent, Citation, Gap},
    finding::{Finding, FindingKind},
    hypothesis::{CauseCode, ClaimStatus, Hypothesis},
    id::HypothesisId,
    object::ObjectKind,
};
use jiff::SignedDuration;

use super::{
    case::Case,
    causes::{ChangeRole, Rule},
    change::{self, Correlation},
    check::Checker,
    logs,
    recorded::Recorded,
    rivalry,
    scales::Scales,
    timing, weigh, words,
};
use crate::{bench::Interrupted, focus::Focus, moment, quote, specialists::of_question};

/// Gaps listed with a hypothesis.
const UNSEEN: usize = 8;
/// Trouble that began longer before the alert's is another one.
const CONNECTED: SignedDuration = SignedDuration::from_mins(30);
/// A change whose weight has decayed below this is not blamed.
const BLAMED: f64 = 0.05;
const SYMPTOMS: &[FindingKind] =
    &[FindingKind::ErrorsUp, FindingKind::LatencyUp, FindingKind::TrafficDrop];

/// What every hypothesis of a round is set against.
pub struct Scene<'a> {
    /// The incident.
    pub state: &'a IncidentState,
    /// What the alerts speak of.
    pub focus: &'a Focus,
    /// All cases.
    pub cases: &'a [Case<'a>],
    /// Recorded answers.
    pub recorded: &'a Recorded,
}

/// Applies `rule` to `case`; `None` where it does not fit.
pub async fn build(
    scene: &Scene<'_>,
    checker: &mut Checker<'_>,
    id: HypothesisId,
    rule: &Rule,
    case: &Case<'_>,
) -> Result<Option<Hypothesis>, Interrupted> {
    let Some(mechanism) = case.any(rule.mechanism) else { return Ok(None) };
    if case.any(rule.unless).is_some() || (!rule.with.is_empty() && case.any(rule.with).is_none()) {
        return Ok(None);
    }
    let onset = onset(scene, rule, case);
    let mut change = change::correlate(case, onset);
    let timing = change.as_ref().and_then(|change| timing::read(case, change));
    let mut scales = Scales::default();

    let mut used: Vec<&Finding> = vec![mechanism];
    let claim = checker.claim(&mechanism.summary, mechanism.evidence.clone()).await?;
    scales.support(claim, mechanism_weight(mechanism, scene.focus));
    for kind in rule.explains.iter().filter(|kind| **kind != mechanism.kind) {
        let Some(finding) = case.first(*kind) else { continue };
        if rivalry::explained_by_the_other(rule, timing.as_ref(), change.as_ref(), finding) {
            continue;
        }
        let claim = checker.claim(&finding.summary, finding.evidence.clone()).await?;
        scales.support(claim, weigh::mechanism(*kind) / 2.0 * logs::share(finding));
        used.push(finding);
    }

    rivalry::weigh_load(checker, &mut scales, rule, case, timing.as_ref()).await?;
    if let Some(found) = change.take() {
        if rule.change == ChangeRole::Rival {
            rivalry::weigh_change(checker, &mut scales, rule, &found, timing.as_ref()).await?;
        } else {
            change =
                weigh_change(scene, checker, &mut scales, rule, case, mechanism, found).await?;
        }
    } else {
        weigh_no_change(scene, checker, &mut scales, rule, case).await?;
    }
    if rule.change == ChangeRole::Needed && change.is_none() {
        return Ok(None);
    }
    if let Some(found) = &change {
        used.push(found.finding);
    }
    weigh_connection(scene, &mut scales, case, mechanism, onset);
    weigh_health(checker, &mut scales, case).await?;

    let change = change.map(|found| found.change);
    let mut symptoms: Vec<_> = used.iter().map(|f| f.kind).collect();
    symptoms.sort_unstable();
    symptoms.dedup();
    Ok(Some(Hypothesis {
        id,
        cause: rule.cause,
        object: case.object.clone(),
        summary: words::summary(rule.cause, &case.object, case, change.as_ref()),
        confidence: weigh::confidence(&scales.weights, &scales.penalties),
        change,
        claims: scales.claims,
        against: scales.against,
        unseen: unseen(scene.state),
        findings: used.iter().map(|f| f.id).collect(),
        symptoms,
    }))
}

/// A full quota that refused nothing explains little.
fn mechanism_weight(finding: &Finding, focus: &Focus) -> f64 {
    let idle = finding.kind == FindingKind::QuotaExhausted
        && finding.facts.get("refused").is_some_and(|refused| refused == "false");
    let lonely = finding.kind == FindingKind::NodePressure
        && finding.facts.get("pods").is_some_and(|pods| pods == "0")
        && !focus.nodes.contains(&finding.object.name);
    weigh::mechanism(finding.kind) * if idle || lonely { 0.3 } else { 1.0 }
}

/// When the trouble began: the mechanism's own time, else that of what it explains, else the
/// alert's. What is to explain signals must explain the beginning of the one that alerted.
fn onset(scene: &Scene<'_>, rule: &Rule, case: &Case<'_>) -> Timestamp {
    let by_signals = matches!(rule.cause, CauseCode::Overload | CauseCode::BadRollout);
    timing::effect(case)
        .filter(|effect| by_signals && rule.explains.contains(&effect.kind))
        .and_then(|effect| effect.since)
        .or_else(|| {
            rule.mechanism
                .iter()
                .chain(rule.with)
                .chain(rule.explains)
                .filter(|kind| **kind != FindingKind::MemoryGrowth)
                .find_map(|kind| case.onset(&[*kind]))
        })
        .unwrap_or_else(|| scene.state.onset())
}

/// Weighs a change for or against; gives it back if it is to be blamed.
async fn weigh_change<'a>(
    scene: &Scene<'_>,
    checker: &mut Checker<'_>,
    scales: &mut Scales,
    rule: &Rule,
    case: &Case<'_>,
    mechanism: &Finding,
    found: Correlation<'a>,
) -> Result<Option<Correlation<'a>>, Interrupted> {
    let finding = found.finding;
    let cite = || finding.evidence.clone();
    if rule.change == ChangeRole::Indifferent {
        return Ok(None);
    }
    if found.mending {
        let text = format!("the latest change only went back: {}", finding.summary);
        let claim = checker.claim(text, cite()).await?;
        scales.oppose(claim, weigh::NO_CHANGE);
        return Ok(None);
    }
    if found.late() {
        let text = format!("the change came after the trouble had begun: {}", finding.summary);
        let claim = checker.claim(text, cite()).await?;
        scales.oppose(claim, weigh::LATE);
        return Ok(None);
    }
    if let Some((text, citations)) = other_revision(scene, case, mechanism, &found) {
        let claim = checker.claim(text, citations).await?;
        if claim.status == ClaimStatus::Supported {
            scales.oppose(claim, weigh::OTHER_REVISION);
            return Ok(None);
        }
    }
    if !touches(mechanism, finding) {
        let text = format!("the latest change does not touch it: {}", finding.summary);
        let claim = checker.claim(text, cite()).await?;
        scales.oppose(claim, weigh::NO_CHANGE);
        return Ok(None);
    }
    let when = if found.gap.as_secs() > 0 {
        format!("{} before it began", moment::length(found.gap))
    } else {
        "as it began".to_owned()
    };
    let claim = checker.claim(format!("{}, {when}", finding.summary), cite()).await?;
    let supported = claim.status == ClaimStatus::Supported;
    scales.support(claim, weigh::CHANGE * found.strength);
    if let Some((text, citations)) = same_revision(scene, case, mechanism, &found) {
        let claim = checker.claim(text, citations).await?;
        scales.support(claim, weigh::SAME_REVISION);
    } else if let Some((text, citations)) = logs::of_revision(case, mechanism, &found) {
        let claim = checker.claim(text, citations).await?;
        scales.support(claim, weigh::SAME_REVISION);
    }
    Ok((supported && found.strength >= BLAMED).then_some(found))
}

/// Whether the change touches what the mechanism complains of; unknown counts as yes.
fn touches(mechanism: &Finding, change: &Finding) -> bool {
    let Some(diff) = change.facts.get("diff").filter(|diff| !diff.ends_with('…')) else {
        return true;
    };
    match mechanism.kind {
        FindingKind::MissingConfig => {
            mechanism.facts.get("missing_name").is_none_or(|name| diff.contains(name.as_str()))
        }
        FindingKind::ImagePullFailure => diff.contains("image"),
        _ => true,
    }
}

type Said = (String, Vec<Citation>);

fn same_revision(
    scene: &Scene<'_>,
    case: &Case<'_>,
    mechanism: &Finding,
    found: &Correlation<'_>,
) -> Option<Said> {
    let failing = mechanism.facts.get("replica_set")?;
    (Some(failing.as_str()) == found.replica_set).then_some(())?;
    let text = format!("the failing pods are those of revision {}", found.change.revision);
    Some((text, revision_citations(scene, case, found, failing)))
}

fn other_revision(
    scene: &Scene<'_>,
    case: &Case<'_>,
    mechanism: &Finding,
    found: &Correlation<'_>,
) -> Option<Said> {
    let failing = mechanism.facts.get("replica_set")?;
    let changed = found.replica_set?;
    (failing != changed).then_some(())?;
    let text = format!("the failing pods are not those of revision {}", found.change.revision);
    Some((text, revision_citations(scene, case, found, failing)))
}

fn revision_citations(
    scene: &Scene<'_>,
    case: &Case<'_>,
    found: &Correlation<'_>,
    failing: &str,
) -> Vec<Citation> {
    let pods = scene.recorded.pods(&case.object.namespace);
    let deployment = found.finding.evidence.first().map(|c| c.evidence);
    let pods = pods.map(|evidence| Citation { evidence, quote: quote::field("name", &failing) });
    let deployment = deployment
        .zip(found.replica_set)
        .map(|(evidence, set)| Citation { evidence, quote: quote::field("replicaSet", &set) });
    pods.into_iter().chain(deployment).collect()
}

async fn weigh_no_change(
    scene: &Scene<'_>,
    checker: &mut Checker<'_>,
    scales: &mut Scales,
    rule: &Rule,
    case: &Case<'_>,
) -> Result<(), Interrupted> {
    let seen = scene.recorded.deployment(&case.object.namespace, &case.object.name);
    let Some((evidence, deployment)) = seen else { return Ok(()) };
    let Some(current) = deployment.revisions.iter().find(|r| r.current) else { return Ok(()) };
    let Some(created) = current.created_at else { return Ok(()) };
    let text = format!(
        "nothing was changed shortly before: revision {} has been in place since {}",
        current.revision,
        moment::day(created),
    );
    let citations =
        vec![Citation { evidence: *evidence, quote: quote::field("createdAt", &created) }];
    let claim = checker.claim(text, citations).await?;
    match rule.change {
        ChangeRole::Rival => scales.support(claim, weigh::NO_CHANGE_BUT_LOAD),
        ChangeRole::Needed | ChangeRole::Welcome => scales.oppose(claim, weigh::NO_CHANGE),
        ChangeRole::Indifferent => {}
    }
    Ok(())
}

/// How the object is connected with the alert. The alert is not evidence, so this is a weight
/// without a claim.
fn weigh_connection(
    scene: &Scene<'_>,
    scales: &mut Scales,
    case: &Case<'_>,
    mechanism: &Finding,
    onset: Timestamp,
) {
    let named = |case: &Case<'_>| {
        if case.object.kind == ObjectKind::Node {
            return scene.focus.nodes.contains(&case.object.name);
        }
        scene.focus.names(&case.object.name)
            || case
                .findings
                .iter()
                .filter_map(|f| f.facts.get("services"))
                .flat_map(|services| services.split(','))
                .any(|service| scene.focus.names(service))
    };
    if named(case) {
        scales.weights.push(weigh::NAMED);
        return;
    }
    let front =
        scene.cases.iter().find(|c| c.object.namespace == case.object.namespace && named(c));
    let front_onset = front.and_then(|f| f.onset(SYMPTOMS)).unwrap_or_else(|| scene.state.onset());
    let before = front_onset.duration_since(onset);
    let in_time = before >= -weigh::BLUR && before <= CONNECTED;
    let own_fault = front.is_some_and(|front| {
        change::correlate(front, front_onset).is_some_and(|c| c.strength >= BLAMED && !c.mending)
    });
    let bears = mechanism.facts.get("pods").is_some_and(|pods| pods != "0");
    scales.weights.push(if in_time && !own_fault || bears {
        weigh::UPSTREAM
    } else {
        weigh::NEARBY
    });
}

async fn weigh_health(
    checker: &mut Checker<'_>,
    scales: &mut Scales,
    case: &Case<'_>,
) -> Result<(), Interrupted> {
    if let Some(healthy) = case.first(FindingKind::Healthy) {
        let claim = checker.claim(&healthy.summary, healthy.evidence.clone()).await?;
        scales.oppose(claim, weigh::HEALTHY);
    }
    Ok(())
}

/// What could not be seen and would matter.
pub fn unseen(state: &IncidentState) -> Vec<Gap> {
    // A runbook that could not be read hides no cause, nor does what a third-party server would
    // have said: its words of failure are as little to be read here as its answers.
    let matters = |gap: &&Gap| gap.agent != Agent::Runbooks && !of_question(state, gap);
    state.gaps.iter().filter(matters).take(UNSEEN).cloned().collect()
}
