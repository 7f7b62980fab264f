//! The Kubernetes specialist: two waves of reads, everything within a wave at the same time.

use evenkeel_domain::evidence::{Agent, Gap};
use evenkeel_tools::kubernetes::{
    GetDeploymentArgs, ListDeploymentsArgs, ListEventsArgs, ListHpasArgs, ListNodesArgs,
    ListPodsArgs, ListPvcsArgs, ListQuotasArgs, ListServicesArgs, PodLogsArgs, RolloutHistoryArgs,
    Unread,
};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::{locate, probe::probe, suspects};
use crate::{
    analyzers::count,
    bench::{Bench, Interrupted},
    draft::Draft,
    focus::Focus,
    view::{KubernetesView, NamespaceView},
};

const AGENT: Agent = Agent::Kubernetes;
/// Pods read of one namespace, the server's most.
const PODS: u32 = 500;
/// Events read of one namespace: an hour of a noisy one.
const EVENTS: u32 = 300;
/// Log lines read of one container: what a crash says stands at the end.
const LINES: u32 = 200;
/// Where to look when no alert says where.
const NOWHERE: &str = "default";

/// Looks.
pub async fn look(bench: &dyn Bench) -> Result<KubernetesView, Interrupted> {
    let state = bench.state().await;
    let mut focus = Focus::of(&state);
    if focus.namespaces.is_empty()
        && let Some(found) = locate::in_cluster(bench, &focus).await?
    {
        focus.namespaces.push(found);
    }
    if focus.namespaces.is_empty() {
        focus.namespaces.push(NOWHERE.to_owned());
        bench
            .miss(Gap {
                agent: AGENT,
                what: format!("namespaces other than `{NOWHERE}`"),
                why: "no alert names a namespace".into(),
                evidence: None,
            })
            .await?;
    }
    bench
        .note(
            AGENT,
            format!("looking at workloads, pods and events of {}", focus.namespaces.join(", ")),
        )
        .await?;
    let nodes = ListNodesArgs::default();
    let nodes = probe(bench, AGENT, "the nodes", &nodes);
    let namespaces = focus.namespaces.iter().map(|name| namespace(bench, &focus, name));
    let (nodes, namespaces) = futures::try_join!(nodes, try_join_all(namespaces))?;
    let onset = state.onset();
    Ok(KubernetesView { now: now_there(bench.now(), onset), onset, namespaces, nodes })
}

/// Further ahead of us than this an alert's start is not believed.
const BEHIND_MAX: SignedDuration = SignedDuration::from_hours(2);

/// The time by the cluster's clocks. An alert that begins in our future tells that ours is behind:
/// by ours, what was released a minute before it would not have happened yet.
fn now_there(ours: Timestamp, onset: Timestamp) -> Timestamp {
    if onset.duration_since(ours) <= BEHIND_MAX { ours.max(onset) } else { ours }
}

async fn namespace(
    bench: &dyn Bench,
    focus: &Focus,
    name: &str,
) -> Result<NamespaceView, Interrupted> {
    let namespace = name.to_owned();
    let of = |what: &str| format!("{what} of namespace {name}");
    let deployments =
        ListDeploymentsArgs { namespace: namespace.clone(), ..ListDeploymentsArgs::default() };
    let pods =
        ListPodsArgs { namespace: namespace.clone(), limit: Some(PODS), ..ListPodsArgs::default() };
    let events = ListEventsArgs {
        namespace: namespace.clone(),
        limit: Some(EVENTS),
        ..ListEventsArgs::default()
    };
    let services = ListServicesArgs { namespace: namespace.clone(), ..ListServicesArgs::default() };
    let hpas = ListHpasArgs { namespace: namespace.clone(), ..ListHpasArgs::default() };
    let quotas = ListQuotasArgs { namespace: namespace.clone(), ..ListQuotasArgs::default() };
    let pvcs = ListPvcsArgs { namespace: namespace.clone(), ..ListPvcsArgs::default() };
    let (deployments, pods, events, services, hpas, quotas, pvcs) = futures::try_join!(
        probe(bench, AGENT, of("the Deployments"), &deployments),
        probe(bench, AGENT, of("the pods"), &pods),
        probe(bench, AGENT, of("the events"), &events),
        probe(bench, AGENT, of("the Services"), &services),
        probe(bench, AGENT, of("the autoscalers"), &hpas),
        probe(bench, AGENT, of("the quotas"), &quotas),
        probe(bench, AGENT, of("the volume claims"), &pvcs),
    )?;
    if let Some(pods) = &pods {
        miss_parts(bench, &of("what the pods belong to"), &pods.value.unread).await?;
    }
    let mut view = NamespaceView {
        name: namespace,
        deployments,
        pods,
        events,
        services,
        hpas,
        quotas,
        pvcs,
        ..NamespaceView::default()
    };
    closer(bench, focus, &mut view).await?;
    Ok(view)
}

/// Says what of an answer could not be read: what it seems to say without is no finding.
async fn miss_parts(bench: &dyn Bench, what: &str, unread: &[Unread]) -> Result<(), Interrupted> {
    for part in unread {
        let why = format!("{}s: {} ({})", part.what, part.why, part.code);
        bench.miss(Gap { agent: AGENT, what: what.to_owned(), why, evidence: None }).await?;
    }
    Ok(())
}

async fn closer(
    bench: &dyn Bench,
    focus: &Focus,
    view: &mut NamespaceView,
) -> Result<(), Interrupted> {
    let names = suspects::deployments(view, focus);
    let sets = suspects::sets(view, focus);
    let logs = suspects::logs(view);
    if names.is_empty() && sets.is_empty() && logs.is_empty() {
        return Ok(());
    }
    let mut doing = Vec::new();
    if !(names.is_empty() && sets.is_empty()) {
        let all: Vec<_> = names.iter().chain(sets.iter().map(|(_, name)| name)).collect();
        let all: Vec<_> = all.into_iter().map(String::as_str).collect();
        doing.push(format!("revisions of {}", all.join(", ")));
    }
    if !logs.is_empty() {
        doing.push(format!("logs of {}", count(logs.len(), "failing container")));
    }
    bench.note(AGENT, format!("reading {}", doing.join(" and "))).await?;
    let namespace = view.name.clone();
    let details = names.iter().map(|name| {
        let arguments = GetDeploymentArgs { namespace: namespace.clone(), name: name.clone() };
        let what = format!("Deployment {namespace}/{name}");
        async move { probe(bench, AGENT, what, &arguments).await }
    });
    let histories = sets.into_iter().map(|(kind, name)| {
        let what = format!("{} {namespace}/{name}", kind.as_str());
        let arguments = RolloutHistoryArgs { namespace: namespace.clone(), kind, name };
        async move { probe(bench, AGENT, what, &arguments).await }
    });
    let logs = logs.into_iter().map(|(pod, container, previous)| {
        let what = format!("the log of {namespace}/{pod} ({container})");
        let arguments = PodLogsArgs {
            namespace: namespace.clone(),
            pod,
            container: Some(container),
            previous,
            tail_lines: Some(LINES),
            ..PodLogsArgs::default()
        };
        async move { probe(bench, AGENT, what, &arguments).await }
    });
    let (details, histories, logs) =
        futures::try_join!(try_join_all(details), try_join_all(histories), try_join_all(logs))?;
    view.histories = histories.into_iter().flatten().collect();
    for detail in details.iter().flatten() {
        let what = format!("the history of Deployment {}/{}", view.name, detail.value.name);
        miss_parts(bench, &what, &detail.value.unread).await?;
    }
    view.details = details.into_iter().flatten().collect();
    view.logs = logs.into_iter().flatten().collect();
    Ok(())
}

/// Says of each Deployment's finding which Services stand before it, so that what metrics call a
/// service can be told to be this workload.
pub fn name_services(view: &KubernetesView, found: &mut [Draft]) {
    for ns in &view.namespaces {
        let (Some(deployments), Some(services)) = (&ns.deployments, &ns.services) else { continue };
        for draft in found.iter_mut().filter(|draft| draft.object.namespace == ns.name) {
            let Some(deployment) =
                deployments.value.deployments.iter().find(|d| d.name == draft.object.name)
            else {
                continue;
            };
            let before: Vec<_> = services
                .value
                .services
                .iter()
                .filter(|s| !s.selector.is_empty())
                .filter(|s| s.selector.iter().all(|(k, v)| deployment.selector.get(k) == Some(v)))
                .map(|s| s.name.as_str())
                .collect();
            if !before.is_empty() {
                draft.facts.insert("services".into(), before.join(","));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_the_alert_s_is_not_believed() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(now_there(at(10_000), at(9_000)), at(10_000), "as usual");
        assert_eq!(now_there(at(10_000), at(13_600)), at(13_600), "ours was set back by an hour");
        assert_eq!(now_there(at(10_000), at(900_000)), at(10_000), "nonsense from outside");
    }
}
