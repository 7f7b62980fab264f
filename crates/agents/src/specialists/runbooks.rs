//! The runbooks specialist: what people have written for this, and what was like it before.
//!
//! Both only inform people. A text that somebody wrote and an incident that is over are no signs of what is wrong now:
//! their findings have no weight in any hypothesis and no plan rests on them (invariant I7).

use evenkeel_domain::{
    IncidentState,
    alert::{Alert, AlertStatus},
    evidence::{Agent, Gap},
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
};
use evenkeel_tools::{
    memory::{RecallSimilarArgs, Recalled, SimilarIncidents},
    runbooks::{RunbookHit, RunbookHits, SearchRunbooksArgs},
};

use super::probe::probe;
use crate::{
    bench::{Answer, Bench, Interrupted},
    draft::{Draft, facts},
    focus::Focus,
    quote,
};

const AGENT: Agent = Agent::Runbooks;
/// Runbooks shown: the one that fits, and one in case it does not.
const RUNBOOKS: u32 = 2;
/// Similar incidents shown; more than that nobody reads at night.
const SIMILAR: u32 = 3;
/// Bytes of the question, which the tools limit to 4000.
const QUESTION: usize = 3_500;
/// Bytes taken of one label or annotation.
const PART: usize = 500;
/// Alert names asked for, the tools' most.
const NAMES: usize = 20;
/// Labels that say what an alert is about; others are addresses, versions and teams.
const TELLING: &[&str] = &[
    "alertname",
    "job",
    "service",
    "app",
    "deployment",
    "statefulset",
    "daemonset",
    "container",
    "persistentvolumeclaim",
    "horizontalpodautoscaler",
    "job_name",
    "cronjob",
    "reason",
    "condition",
    "phase",
    "code",
];

/// Looks.
pub async fn look(bench: &dyn Bench) -> Result<Vec<Draft>, Interrupted> {
    let state = bench.state().await;
    let (query, alert_names) = question(&state);
    if query.trim().is_empty() {
        return Ok(Vec::new());
    }
    bench.note(AGENT, "looking for runbooks and for closed incidents like this one".into()).await?;
    let runbooks = SearchRunbooksArgs {
        query: query.clone(),
        alert_names: alert_names.clone(),
        limit: Some(RUNBOOKS),
    };
    let similar = RecallSimilarArgs {
        query,
        alert_names,
        except: Some(state.id.to_string()),
        limit: Some(SIMILAR),
    };
    let (runbooks, similar) = futures::try_join!(
        probe(bench, AGENT, "runbooks", &runbooks),
        probe(bench, AGENT, "closed incidents like this one", &similar),
    )?;
    let object = about(&Focus::of(&state));
    let mut found = Vec::new();
    if let Some(answer) = &runbooks {
        for source in &answer.value.unseen {
            let (what, why) =
                source.split_once(": ").unwrap_or((source.as_str(), "it cannot be read"));
            let gap = Gap {
                agent: AGENT,
                what: format!("runbooks of {what}"),
                why: why.into(),
                evidence: Some(answer.evidence),
            };
            bench.miss(gap).await?;
        }
        found.extend(answer.value.runbooks.iter().map(|hit| runbook(answer, hit, &object)));
    }
    if let Some(answer) = &similar {
        found.extend(answer.value.incidents.iter().map(|incident| like(answer, incident, &object)));
    }
    Ok(found)
}

/// What the alerts that fire say, or all when none does any more: labels and annotations as they are, and names.
fn question(state: &IncidentState) -> (String, Vec<String>) {
    let firing: Vec<&Alert> =
        state.alerts.iter().filter(|a| a.status == AlertStatus::Firing).collect();
    let alerts = if firing.is_empty() { state.alerts.iter().collect() } else { firing };
    let mut names: Vec<String> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: &str| {
        let part = evenkeel_domain::text::clip(part, PART);
        if !part.trim().is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    };
    for alert in &alerts {
        if let Some(name) = alert.label("alertname")
            && names.len() < NAMES
            && !names.iter().any(|known| known == name)
        {
            names.push(evenkeel_domain::text::clip(name, 200));
        }
        TELLING.iter().filter_map(|label| alert.label(label)).for_each(&mut add);
        ["summary", "description", "message"]
            .iter()
            .filter_map(|name| alert.annotations.get(*name))
            .for_each(|text| add(text));
    }
    add(&state.title);
    let mut query = String::new();
    for part in parts {
        if query.len() + part.len() + 1 > QUESTION {
            break;
        }
        query.push_str(&part);
        query.push('\n');
    }
    (query, names)
}

/// What a text that only informs is about: as far as the alerts say where.
pub(super) fn about(focus: &Focus) -> ObjectRef {
    match focus.namespaces.first() {
        Some(namespace) => ObjectRef::new(ObjectKind::Namespace, "", namespace),
        None => ObjectRef::new(ObjectKind::Cluster, "", "cluster"),
    }
}

fn runbook(answer: &Answer<RunbookHits>, hit: &RunbookHit, object: &ObjectRef) -> Draft {
    let why = if hit.names_alert { "is for this alert" } else { "may fit" };
    let mut draft = Draft::new(
        FindingKind::Runbook,
        object.clone(),
        Severity::Info,
        format!("the runbook \u{201c}{}\u{201d} {why}", hit.title),
    )
    .fact(facts::RUNBOOK, &hit.id)
    .fact("title", &hit.title)
    .fact("source", &hit.source)
    .maybe("address", hit.url.as_ref())
    .cite(answer.evidence, quote::field("id", &hit.id));
    if !hit.section.is_empty() {
        draft = draft.fact("section", &hit.section);
    }
    if !hit.snippet.is_empty() {
        draft = draft.fact("says", &hit.snippet).cite(answer.evidence, quote::text(&hit.snippet));
    }
    draft
}

fn like(answer: &Answer<SimilarIncidents>, like: &Recalled, object: &ObjectRef) -> Draft {
    let incident = &like.incident;
    let tried: Vec<String> = incident
        .tried
        .iter()
        .map(|tried| {
            let worked = match tried.worked {
                Some(true) => "it worked",
                Some(false) => "it did not help",
                None => "whether it helped is not known",
            };
            format!("{} ({}; {worked})", tried.action, tried.result)
        })
        .collect();
    let done =
        if tried.is_empty() { "nothing was changed".to_owned() } else { tried.join(", then ") };
    Draft::new(
        FindingKind::SimilarIncident,
        object.clone(),
        Severity::Info,
        format!(
            "\u{201c}{}\u{201d} was like this and ended as {}: {done}",
            incident.title, incident.outcome
        ),
    )
    .since(Some(incident.opened_at))
    .fact("incident", &incident.id)
    .fact("outcome", &incident.outcome)
    .fact("tried", &done)
    .maybe("cause", incident.explanation.as_ref())
    .maybe("verified", incident.verification.as_ref())
    .cite(answer.evidence, quote::field("id", &incident.id))
    .cite(answer.evidence, quote::field("outcome", &incident.outcome))
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::evidence::{Specialist, ToolFailure};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        planner::{self, PlannerSettings, Planning},
        reflector,
        specialists::observe,
        testing::{bench::ScriptedBench, state},
    };

    fn hit() -> Value {
        json!({
            "id": "shipped/crash-loop", "title": "A container crashes \"again\"", "source": "shipped", "url": null,
            "namesAlert": true, "section": "Fix", "snippet": "run `kubectl rollout undo \"x\"` now", "coverage": 0.8,
            "meaning": 0.6,
        })
    }

    fn recalled() -> Value {
        json!({
            "id": "01J", "title": "checkout crashes", "cluster": "shop", "alerts": ["A"], "object": null,
            "cause": "crash_loop", "explanation": "revision 4 crashes", "findings": [],
            "tried": [{ "action": "roll back checkout", "result": "applied", "worked": true }],
            "outcome": "resolved", "conclusion": null, "verification": "RESOLVED: calm", "drill": false,
            "openedAt": "2026-01-01T00:00:00Z", "closedAt": "2026-01-01T00:10:00Z",
            "sameAlert": true, "coverage": 0.9, "meaning": 0.8,
        })
    }

    fn bench(runbooks: Value, similar: Result<Value, ToolFailure>) -> ScriptedBench {
        let labels =
            [("alertname", "KubePodCrashLooping"), ("namespace", "shop"), ("container", "app")];
        let script = move |_: &str, tool: &str, arguments: &Value| match tool {
            "search_runbooks" => {
                assert!(arguments["query"].as_str().unwrap().contains("KubePodCrashLooping"));
                assert_eq!(arguments["alertNames"], json!(["KubePodCrashLooping"]));
                Ok(runbooks.clone())
            }
            "recall_similar" => similar.clone(),
            other => panic!("nobody asks for {other}"),
        };
        ScriptedBench::new(state::with_alert(&labels), Box::new(script))
    }

    fn answered() -> ScriptedBench {
        bench(
            json!({ "runbooks": [hit()], "searched": 9, "unseen": ["notion: it refuses the key"] }),
            Ok(json!({ "incidents": [recalled()], "compared": 7, "truncated": false })),
        )
    }

    #[tokio::test]
    async fn what_fits_is_found_with_its_evidence_and_what_is_missing_is_said() {
        let bench = answered();
        let said = observe(&bench, Specialist::Runbooks).await.unwrap();
        assert!(said.contains("A container crashes"), "{said}");
        let state = bench.snapshot();
        let kinds: Vec<_> = state.findings.iter().map(|f| f.kind).collect();
        assert_eq!(kinds, [FindingKind::Runbook, FindingKind::SimilarIncident]);
        assert_eq!(state.findings[0].facts[facts::RUNBOOK], "shipped/crash-loop");
        assert!(state.findings[1].summary.contains("roll back checkout (applied; it worked)"));
        assert_eq!(state.gaps[0].what, "runbooks of notion");
        for finding in &state.findings {
            assert!(!finding.evidence.is_empty());
            for citation in &finding.evidence {
                let text = bench.text(citation.evidence).await.unwrap().unwrap();
                assert!(quote::stands_in(&citation.quote, &text), "{}", citation.quote);
            }
        }
    }

    /// Invariant I7: what people wrote and what once happened is no ground for a write.
    #[tokio::test]
    async fn no_hypothesis_and_no_plan_rests_on_them() {
        let bench = answered();
        observe(&bench, Specialist::Runbooks).await.unwrap();
        let orientation = reflector::orient(&bench).await.unwrap();
        let [only] = orientation.hypotheses.as_slice() else { panic!("{orientation:?}") };
        assert_eq!(only.cause, evenkeel_domain::hypothesis::CauseCode::Unknown);
        assert!(
            only.findings.is_empty() && only.claims.is_empty() && only.symptoms.is_empty(),
            "{only:?}"
        );
        bench.edit(|state| state.hypotheses = orientation.hypotheses);
        let Planning::Decline { reason } =
            planner::plan(&bench, PlannerSettings::default()).await.unwrap()
        else {
            panic!("a runbook is no reason to act");
        };
        assert!(reason.contains("the runbook for it is \u{201c}A container crashes"), "{reason}");
    }

    #[tokio::test]
    async fn nothing_found_and_no_answer_are_two_things() {
        let nothing = bench(
            json!({ "runbooks": [], "searched": 9, "unseen": [] }),
            Err(ToolFailure {
                code: "memory.failed".into(),
                message: "no".into(),
                next: None,
                retry_after_s: None,
            }),
        );
        let said = observe(&nothing, Specialist::Runbooks).await.unwrap();
        assert!(said.starts_with("no runbook fits"), "{said}");
        let state = nothing.snapshot();
        assert!(state.findings.is_empty());
        assert_eq!(state.gaps.len(), 1, "the memory did not answer: {:?}", state.gaps);
    }
}
