//! Standing questions: what a specialist asks third-party servers, after it has looked itself.
//!
//! Their answers only inform people. What a third-party server says is checked by nobody: its
//! findings have no weight in any hypothesis and no plan rests on them (invariant I7).

use std::{convert::Infallible, time::Duration};

use evenkeel_domain::{
    IncidentState, Timestamp,
    alert::{Alert, AlertStatus},
    evidence::{Agent, Gap, Specialist, ToolFailure},
    finding::FindingKind,
    id::EvidenceId,
    owner::{POD_LABELS, WORKLOAD_LABELS, is_name},
    severity::Severity,
    text::{clip, normalise},
};
use evenkeel_tools::question::{OURS, Placeholder, StandingQuestion};
use futures::future::try_join_all;
use serde_json::Value;

use super::{TIME, runbooks::about};
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

/// Longest time of a question: the slowest third-party server leaves a specialist half of its own.
const LONGEST: Duration = Duration::from_secs(10);
/// What a specialist keeps of its time for its conclusion: a server that let a call time out is
/// asked for a second whether it lives, and the journal takes its time.
const KEPT: Duration = Duration::from_secs(2);

/// Asks what the specialist, who began at `began`, is to ask, side by side. Says how many were
/// answered, if there was anything to ask. Servers that the cluster does not have are not spoken of:
/// questions are the installation's, servers are a cluster's, and many do well without them.
pub async fn ask(
    bench: &dyn Bench,
    specialist: Specialist,
    began: Timestamp,
) -> Result<Option<String>, Interrupted> {
    let mut questions = bench.questions(specialist.into());
    questions.retain(|question| bench.connected(&question.server));
    if questions.is_empty() {
        return Ok(None);
    }
    let state = bench.state().await;
    let asking = Asking { bench, specialist, state: &state, limit: time_left(began, bench.now()) };
    let asked = questions.iter().map(|question| asking.one(question));
    let answered = try_join_all(asked).await?.into_iter().filter(|answered| *answered).count();
    let all = count(questions.len(), "standing question");
    Ok(Some(format!("third-party servers answered {answered} of {all}")))
}

/// Whether a gap is that of a standing question: what was not seen is what a third-party server
/// would have said. Each of them cites its call, made or not.
pub fn of_question(state: &IncidentState, gap: &Gap) -> bool {
    let evidence = gap.evidence.and_then(|id| state.evidence.get(&id));
    evidence.is_some_and(|evidence| !OURS.contains(&evidence.server.as_str()))
}

/// How long questions may take, of a specialist who began at `began`; `None` if there is no time.
fn time_left(began: Timestamp, now: Timestamp) -> Option<Duration> {
    // A clock that was set back makes this no longer than it is at first.
    let passed = Duration::try_from(now.duration_since(began)).unwrap_or_default();
    let left = TIME.checked_sub(KEPT)?.checked_sub(passed)?.min(LONGEST);
    (!left.is_zero()).then_some(left)
}

/// What all questions of a specialist share.
struct Asking<'a> {
    bench: &'a dyn Bench,
    specialist: Specialist,
    state: &'a IncidentState,
    limit: Option<Duration>,
}

impl Asking<'_> {
    /// Asks one. Returns whether it was answered.
    async fn one(&self, question: &StandingQuestion) -> Result<bool, Interrupted> {
        if self.was_answered(question) {
            return Ok(true);
        }
        let (bench, agent) = (self.bench, Agent::from(self.specialist));
        let StandingQuestion { server, tool, about, .. } = question;
        let (arguments, unknown) = self.arguments(question);
        let limit = match (unknown, self.limit) {
            (Some(place), _) => {
                return self.unasked(question, arguments, "no_value", without(place)).await;
            }
            (None, None) => {
                let why = "the specialist's own look took all its time".to_owned();
                return self.unasked(question, arguments, "no_time", why).await;
            }
            (None, Some(limit)) => limit,
        };
        bench.note(agent, format!("asking {server}, a third-party server, about {about}")).await?;
        let called = bench.call_within(agent, server, tool, arguments, limit).await?;
        let Called { evidence, answer } = called;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                self.missed(question, why(&failure), evidence).await?;
                return Ok(false);
            }
        };
        // Of a large answer only a preview is handed on; what is kept is the whole.
        let kept = bench.text(evidence).await?;
        let kept = kept.unwrap_or_else(|| format!("{answer:#}"));
        let found = found(self.state, question, evidence, &kept);
        bench.find(found.into_finding(bench.finding_id(), self.specialist)).await?;
        Ok(true)
    }

    /// Whether it was answered in this round, before the process was ended.
    fn was_answered(&self, question: &StandingQuestion) -> bool {
        let StandingQuestion { server, tool, about, .. } = question;
        self.state.findings.iter().any(|finding| {
            let is = |name: &str, value: &String| finding.facts.get(name) == Some(value);
            finding.specialist == self.specialist
                && finding.kind == FindingKind::ForeignAnswer
                && is("server", server)
                && is("tool", tool)
                && is("about", about)
        })
    }

    /// What it is asked with, and the first placeholder without a value, which stays as written.
    fn arguments(&self, question: &StandingQuestion) -> (Value, Option<Placeholder>) {
        let now = self.bench.now().to_string();
        let known = |place| value(place, self.state, &now);
        let unknown = question.arguments.fill(|place| known(place).ok_or(place)).err();
        let written = |place: Placeholder| Value::String(format!("{{{}}}", place.word()));
        let Ok(arguments) = question
            .arguments
            .fill(|place| Ok::<_, Infallible>(known(place).unwrap_or_else(|| written(place))));
        (arguments, unknown)
    }

    /// Keeps that a question was not asked.
    async fn unasked(
        &self,
        question: &StandingQuestion,
        arguments: Value,
        code: &str,
        reason: String,
    ) -> Result<bool, Interrupted> {
        let StandingQuestion { server, tool, .. } = question;
        let agent = Agent::from(self.specialist);
        let (what, why) = (what(question), format!("it was not asked: {reason}"));
        let said = |gap: &Gap| gap.agent == agent && gap.what == what && gap.why == why;
        if self.state.gaps.iter().any(said) {
            return Ok(false);
        }
        let failure = ToolFailure {
            code: format!("question.{code}"),
            message: why.clone(),
            next: None,
            retry_after_s: None,
        };
        let evidence = self.bench.not_called(agent, server, tool, arguments, failure).await?;
        self.missed(question, why, evidence).await?;
        Ok(false)
    }

    async fn missed(
        &self,
        question: &StandingQuestion,
        why: String,
        evidence: EvidenceId,
    ) -> Result<(), Interrupted> {
        let (agent, what) = (self.specialist.into(), what(question));
        self.bench.miss(Gap { agent, what, why, evidence: Some(evidence) }).await
    }
}

/// What is not seen without an answer.
fn what(question: &StandingQuestion) -> String {
    format!("{} (asked of {})", question.about, question.server)
}

/// Why there is no answer, and what to do. The words may be those of a third-party server.
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
        format!("asked about \u{201c}{what}\u{201d}, {server} (a third-party server) {how}"),
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
