//! The specialists: each runs its probes over MCP, has its analyzers read the answers, and keeps
//! findings and gaps.

mod asks;
mod github;
mod kubernetes;
mod locate;
mod logs;
mod metrics;
mod metrics_queries;
mod once;
mod probe;
mod runbooks;
mod suspects;

pub use asks::of_question;
pub use metrics::condition_of;

use std::{fmt::Write as _, time::Duration};

use evenkeel_domain::{
    evidence::{Agent, Gap, Specialist},
    finding::FindingKind,
};

use crate::{
    analyzers,
    bench::{Bench, Interrupted},
    draft::Draft,
};
use once::Once;

/// How long one specialist may look in one round, its questions included. Twenty seconds: its own
/// calls are answered in one or two, and people wait for what it says.
pub const TIME: Duration = Duration::from_secs(20);

/// Has one specialist look, and then ask what it is to ask third-party servers, within [`TIME`].
/// Returns its conclusion in one sentence.
pub async fn observe(bench: &dyn Bench, specialist: Specialist) -> Result<String, Interrupted> {
    let began = bench.now();
    let bench = &Once::on(bench).await;
    // In this order: what a third-party server takes its time for costs no finding of ours.
    let mut said = look(bench, specialist).await?;
    if let Some(asked) = asks::ask(bench, specialist, began).await? {
        let _ = write!(said, "; {asked}");
    }
    Ok(said)
}

async fn look(bench: &dyn Bench, specialist: Specialist) -> Result<String, Interrupted> {
    let (server, name) = match specialist {
        Specialist::Kubernetes => (evenkeel_tools::kubernetes::SERVER, "Kubernetes"),
        Specialist::Metrics => (evenkeel_tools::prometheus::SERVER, "Prometheus"),
        Specialist::Logs => (logs::server(bench), "a source of logs (Loki or Kubernetes)"),
        Specialist::Runbooks => (evenkeel_tools::runbooks::SERVER, "Runbooks"),
        Specialist::Github => (evenkeel_tools::github::SERVER, "GitHub"),
    };
    if specialist == Specialist::Github && !bench.connected(server) {
        // Many do well without it: no gap, but said.
        return Ok("GitHub is not connected to this cluster, so the code behind changes was not looked for".to_owned());
    }
    if !bench.connected(server) {
        // Said once: a gap for each question that cannot be asked says no more.
        let why = "it is not connected to this cluster: connect it on the cluster's page";
        let agent = Agent::from(specialist);
        let gap = Gap { agent, what: name.into(), why: why.into(), evidence: None };
        bench.miss(gap).await?;
        return Ok(format!("nothing could be looked at: {name} is not connected to this cluster"));
    }
    let found = match specialist {
        Specialist::Kubernetes => {
            let view = kubernetes::look(bench).await?;
            let mut found = analyzers::kubernetes(&view);
            kubernetes::name_services(&view, &mut found);
            found
        }
        Specialist::Metrics => {
            let view = metrics::look(bench).await?;
            for gap in analyzers::unseen_by_metrics(&view) {
                bench.miss(gap).await?;
            }
            analyzers::metrics(&view)
        }
        Specialist::Logs => {
            let view = logs::look(bench).await?;
            for gap in analyzers::unseen_in_logs(&view) {
                bench.miss(gap).await?;
            }
            analyzers::logs(&view)
        }
        Specialist::Runbooks => runbooks::look(bench).await?,
        Specialist::Github => analyzers::github(&github::look(bench).await?),
    };
    let agent = Agent::from(specialist);
    for draft in &found {
        bench.find(draft.clone().into_finding(bench.finding_id(), specialist)).await?;
    }
    let state = bench.state().await;
    let own = |gap: &&Gap| gap.agent == agent && !of_question(&state, gap);
    let gaps = state.gaps.iter().filter(own).count();
    Ok(conclude(specialist, &found, gaps))
}

fn conclude(specialist: Specialist, found: &[Draft], gaps: usize) -> String {
    let telling: Vec<_> =
        found.iter().filter(|d| d.severity > evenkeel_domain::severity::Severity::Info).collect();
    let tells = |d: &&Draft| matches!(d.kind, FindingKind::RecentChange | FindingKind::CodeChange);
    let change = found.iter().find(tells);
    let mut text = match telling.as_slice() {
        [] if specialist == Specialist::Runbooks => found.first().map_or_else(
            || "no runbook fits and no closed incident is like this one".to_owned(),
            |first| first.summary.clone(),
        ),
        [] => change.map_or_else(
            || "nothing out of the ordinary was seen".to_owned(),
            |change| format!("nothing is broken by itself, but {}", change.summary),
        ),
        [only] => only.summary.clone(),
        [first, rest @ ..] => format!("{}, and {} more findings", first.summary, rest.len()),
    };
    if gaps > 0 {
        let _ = write!(text, "; {} could not be seen", analyzers::count(gaps, "thing"));
    }
    text
}
