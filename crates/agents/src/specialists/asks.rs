//! Standing questions: what a specialist asks servers of other people, after it has looked itself.
//!
//! Their answers only inform people. What somebody else's server says is checked by nobody: its
//! findings have no weight in any hypothesis and no plan rests on them (invariant I7).

use evenkeel_domain::{
    IncidentState,
    alert::{Alert, AlertStatus},
    evidence::{Agent, Gap, Specialist, ToolFailure},
    finding::FindingKind,
    id::EvidenceId,
    owner::{POD_LABELS, WORKLOAD_LABELS, is_name},
    severity::Severity,
    text::{clip, normalise},
};
use evenkeel_tools::question::{Placeholder, StandingQuestion};
use futures::future::try_join_all;
use serde_json::Value;

use super::runbooks::about;
use crate::{
    analyzers::count,
    bench::{Bench, Called, Interrupted},
    draft::Draft,
    focus::Focus,
    quote,
};

/// Lines of an answer that are shown with the finding; the whole of it is its evidence.
const LINES: usize = 24;
/// Characters of them.
const SHOWN: usize = 1_500;
/// Characters of a quote from an answer that is no text.
const QUOTE: usize = 240;
/// Characters of what a server says about its failure.
const FAILURE: usize = 400;
/// Longest name that is handed on, in characters.
const NAME: usize = 200;

/// Asks what the specialist is to ask, side by side. Says how many were answered, if any were asked.
pub async fn ask(bench: &dyn Bench, specialist: Specialist) -> Result<Option<String>, Interrupted> {
    let questions = bench.questions(specialist.into());
    if questions.is_empty() {
        return Ok(None);
    }
    let state = bench.state().await;
    let asked = questions.iter().map(|question| one(bench, specialist, &state, question));
    let answered = try_join_all(asked).await?.into_iter().filter(|answered| *answered).count();
    let all = count(questions.len(), "standing question");
    Ok(Some(format!("servers of other people answered {answered} of {all}")))
}

/// Asks one. Returns whether it was answered.
async fn one(
    bench: &dyn Bench,
    specialist: Specialist,
    state: &IncidentState,
    question: &StandingQuestion,
) -> Result<bool, Interrupted> {
    let agent = Agent::from(specialist);
    let StandingQuestion { server, tool, about, arguments } = question;
    let missed = |why: String, evidence: Option<EvidenceId>| {
        let what = format!("{about} (asked of {server})");
        bench.miss(Gap { agent, what, why, evidence })
    };
    if !bench.connected(server) {
        let why = format!(
            "{server} is not connected to this cluster: connect it, or take the question out of the list of agents"
        );
        missed(why, None).await?;
        return Ok(false);
    }
    let now = bench.now().to_string();
    let arguments = match arguments.fill(|place| value(place, state, &now).ok_or(place)) {
        Ok(arguments) => arguments,
        Err(place) => {
            missed(format!("it was not asked: {}", without(place)), None).await?;
            return Ok(false);
        }
    };
    bench.note(agent, format!("asking {server}, a server of somebody else, about {about}")).await?;
    let Called { evidence, answer } = bench.call(agent, server, tool, arguments).await?;
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => {
            missed(why(&failure), Some(evidence)).await?;
            return Ok(false);
        }
    };
    // Of a large answer only a preview is handed on; what is kept is the whole.
    let kept = bench.text(evidence).await?;
    let kept = kept.unwrap_or_else(|| format!("{answer:#}"));
    let found = found(state, question, evidence, &kept);
    bench.find(found.into_finding(bench.finding_id(), specialist)).await?;
    Ok(true)
}

/// Why there is no answer, and what to do. The words may be those of somebody else's server.
fn why(failure: &ToolFailure) -> String {
    let said = clip(&normalise(&failure.to_string()), FAILURE);
    match &failure.next {
        Some(next) => format!("{}. {next}", said.trim_end_matches('.')),
        None => said,
    }
}

fn found(
    state: &IncidentState,
    question: &StandingQuestion,
    evidence: EvidenceId,
    kept: &str,
) -> Draft {
    let said = Said::read(kept);
    let (shown, cut) = said.shown();
    let StandingQuestion { server, tool, about: what, .. } = question;
    let how = if shown.is_empty() { "answered with no text" } else { "answered" };
    let draft = Draft::new(
        FindingKind::ForeignAnswer,
        about(&Focus::of(state)),
        Severity::Info,
        format!("asked about \u{201c}{what}\u{201d}, {server} (a server of somebody else) {how}"),
    )
    .fact("server", server)
    .fact("tool", tool)
    .fact("about", what)
    .fact("says", shown)
    .cite(evidence, said.quote(kept));
    if cut { draft.fact("cut", "the whole answer is kept as evidence") } else { draft }
}

/// An answer as people read it.
enum Said {
    /// Words, and whether the client had to cut them.
    Text(String, bool),
    /// Something structured, spelt out.
    Structure(String),
}

impl Said {
    fn read(kept: &str) -> Self {
        // What has no structured content is kept as these three fields.
        let fields = match serde_json::from_str(kept) {
            Ok(Value::Object(fields)) if fields.len() == 3 => fields,
            _ => return Self::Structure(kept.to_owned()),
        };
        match (fields.get("text"), fields.get("truncated"), fields.get("leftOut")) {
            (Some(Value::String(text)), Some(Value::Bool(cut)), Some(Value::Number(_))) => {
                Self::Text(text.clone(), *cut)
            }
            _ => Self::Structure(kept.to_owned()),
        }
    }

    /// The first lines, and whether there is more.
    fn shown(&self) -> (String, bool) {
        let (text, cut) = match self {
            Self::Text(text, cut) => (text, *cut),
            Self::Structure(text) => (text, false),
        };
        let text = text.trim_end();
        let first = text.lines().take(LINES).collect::<Vec<_>>().join("\n");
        let shown = clip(&first, SHOWN);
        let more = cut || text.lines().count() > LINES || shown != first;
        (shown.trim_matches('\n').to_owned(), more)
    }

    /// Words that stand in what is kept.
    fn quote(&self, kept: &str) -> String {
        let line = match self {
            Self::Text(text, _) => text.lines().find(|line| !line.trim().is_empty()),
            Self::Structure(_) => None,
        };
        match line {
            Some(line) => quote::text(line),
            None => normalise(kept).chars().take(QUOTE).collect(),
        }
    }
}

/// What is known of the incident. All that an alert names is named by one, so that a pod is in the
/// namespace beside it: of those that fire, or of all when none does any more, the first.
fn value(place: Placeholder, state: &IncidentState, now: &str) -> Option<Value> {
    let firing = state.alerts.iter().filter(|alert| alert.status == AlertStatus::Firing);
    let first = |a: &&Alert, b: &&Alert| {
        a.starts_at.cmp(&b.starts_at).then_with(|| a.fingerprint.cmp(&b.fingerprint))
    };
    let alert = firing.min_by(first).or_else(|| state.alerts.iter().min_by(first));
    let named = |labels: &[&str]| {
        let alert = alert?;
        labels.iter().filter_map(|label| alert.label(label)).find(|name| is_name(name))
    };
    let text = match place {
        Placeholder::Namespace => alert?.namespace().filter(|name| is_name(name))?,
        Placeholder::Workload => named(WORKLOAD_LABELS)?,
        Placeholder::Service => named(&["service"])?,
        Placeholder::Pod => named(POD_LABELS)?,
        Placeholder::Container => named(&["container"])?,
        Placeholder::Node => named(&["node"])?,
        Placeholder::AlertName => alert?.label("alertname").filter(|name| is_plain(name))?,
        Placeholder::Cluster => Some(&state.cluster_name[..]).filter(|name| is_plain(name))?,
        Placeholder::Started => return Some(Value::String(state.onset().to_string())),
        Placeholder::Now => now,
    };
    Some(Value::String(text.to_owned()))
}

/// Whether a name that anybody may have chosen can be handed on: no option of a command line, no
/// part of a query or a path.
fn is_plain(name: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | ':');
    name.chars().next().is_some_and(char::is_alphanumeric)
        && name.chars().count() <= NAME
        && name.chars().all(inner)
}

fn without(place: Placeholder) -> String {
    match place {
        Placeholder::AlertName => "the first alert has no plain name".to_owned(),
        Placeholder::Cluster => "the cluster has no plain name".to_owned(),
        other => format!("the first alert names no {}", other.word()),
    }
}

#[cfg(test)]
mod tests;
