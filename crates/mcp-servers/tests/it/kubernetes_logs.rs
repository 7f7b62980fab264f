//! Logs: chosen lines, several pods at once, patterns.

use evenkeel_tools::kubernetes::{
    ControllerKind, ListPodsArgs, LogPatternsArgs, Pod, PodLogsArgs, WorkloadLogsArgs,
};
use jiff::{SignedDuration, Timestamp};

use crate::kubernetes_cluster::Cluster;

const SCRIPT: &str = "for i in 1 2 3 4 5 6 7 8; do echo INFO served request $i; done; \
    echo 'ERROR no answer from db-7: password=hunter2'; \
    echo 'Traceback (most recent call last):'; echo '  File \"a.py\", line 1, in f'; echo 'TimeoutError: no'; \
    echo INFO end; exec sleep 600";

/// The pods of `web`, once each has said its last line.
async fn talked(cluster: &Cluster, replicas: usize) -> Vec<Pod> {
    cluster
        .eventually("the pods' last lines", async || {
            let list = ListPodsArgs {
                namespace: cluster.namespace.clone(),
                label_selector: Some("app=web".to_owned()),
                limit: None,
                ..ListPodsArgs::default()
            };
            let pods = cluster.client.call(&list).await.unwrap().pods;
            for pod in &pods {
                let logs = PodLogsArgs {
                    namespace: cluster.namespace.clone(),
                    pod: pod.name.clone(),
                    ..Default::default()
                };
                let logs = cluster.client.call(&logs).await.ok()?;
                logs.lines.iter().find(|line| line.text == "INFO end")?;
            }
            (pods.len() == replicas).then_some(pods)
        })
        .await
}

#[tokio::test]
async fn lines_are_chosen_by_expression_and_time_and_secrets_in_them_hidden() {
    let cluster = Cluster::start(SCRIPT).await;
    cluster.deploy("web", 1).await;
    let pod = talked(&cluster, 1).await.remove(0).name;
    let all = PodLogsArgs { namespace: cluster.namespace.clone(), pod, ..Default::default() };
    let errors = PodLogsArgs {
        grep: Some("(?i)^error|timeout".to_owned()),
        timestamps: true,
        container: Some("web".to_owned()),
        ..all.clone()
    };
    let found = cluster.client.call(&errors).await.unwrap();
    let lines: Vec<&str> = found.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["ERROR no answer from db-7: password=[redacted]", "TimeoutError: no"]);
    assert_eq!((found.read, found.truncated), (Some(13), false));
    let at = found.lines[0].at.unwrap();
    let later = PodLogsArgs { since: Some(at + SignedDuration::from_hours(1)), ..all.clone() };
    assert!(cluster.client.call(&later).await.unwrap().lines.is_empty());
    let since = PodLogsArgs { since: Some(at - SignedDuration::from_hours(1)), ..all.clone() };
    assert_eq!(cluster.client.call(&since).await.unwrap().lines.len(), 13);
    let few = PodLogsArgs { tail_lines: Some(1), ..all.clone() };
    assert_eq!(cluster.client.call(&few).await.unwrap().lines[0].text, "INFO end");
    let both = PodLogsArgs { since_seconds: Some(60), since: Some(at), ..all.clone() };
    assert_eq!(cluster.client.code(&both).await, "tool.bad_arguments");
    for pattern in ["(", "(a{1000}){1000}", ""] {
        let bad = PodLogsArgs { grep: Some(pattern.to_owned()), ..all.clone() };
        assert_eq!(cluster.client.code(&bad).await, "tool.bad_arguments", "{pattern}");
    }
    let previous = PodLogsArgs { previous: true, ..all.clone() };
    assert_eq!(cluster.client.code(&previous).await, "kubernetes.no_such_part");
    let other = PodLogsArgs { container: Some("other".to_owned()), ..all };
    assert_eq!(cluster.client.code(&other).await, "kubernetes.invalid");
    cluster.stop().await;
}

#[tokio::test]
async fn all_pods_of_a_workload_are_read_at_once() {
    let cluster = Cluster::start(SCRIPT).await;
    cluster.deploy("web", 2).await;
    let logs = WorkloadLogsArgs {
        namespace: cluster.namespace.clone(),
        name: "web".to_owned(),
        ..Default::default()
    };
    let absent = WorkloadLogsArgs { name: "absent".to_owned(), ..logs.clone() };
    assert_eq!(cluster.client.code(&absent).await, "kubernetes.not_found");
    talked(&cluster, 2).await;
    let found = cluster.client.call(&logs).await.unwrap();
    assert_eq!((found.sources.len(), found.lines.len()), (2, 26));
    assert!(found.lines.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(found.unread.is_empty() && !found.truncated);
    let errors = WorkloadLogsArgs { grep: Some("ERROR".to_owned()), ..logs.clone() };
    let found = cluster.client.call(&errors).await.unwrap();
    assert!(found.sources.iter().all(|source| (source.read, source.matched) == (13, 1)));
    let sources: Vec<u32> = found.lines.iter().map(|line| line.source).collect();
    assert!(sources == [0, 1] || sources == [1, 0], "{sources:?}");
    let other = WorkloadLogsArgs { container: Some("other".to_owned()), ..logs };
    assert!(cluster.client.call(&other).await.unwrap().sources.is_empty());
    cluster.stop().await;
}

#[tokio::test]
async fn logs_are_understood_without_a_log_store() {
    let cluster = Cluster::start(SCRIPT).await;
    cluster.deploy("web", 2).await;
    let patterns = LogPatternsArgs {
        kind: ControllerKind::Deployment,
        namespace: cluster.namespace.clone(),
        name: Some("web".to_owned()),
        ..Default::default()
    };
    let neither = LogPatternsArgs { name: None, ..patterns.clone() };
    assert_eq!(cluster.client.code(&neither).await, "tool.bad_arguments");
    let future = "2100-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
    let future = LogPatternsArgs { from: Some(future), ..patterns.clone() };
    assert_eq!(cluster.client.code(&future).await, "tool.bad_arguments");
    talked(&cluster, 2).await;
    let found = cluster.client.call(&patterns).await.unwrap();
    let served = found.templates.iter().find(|t| t.text.starts_with("served request")).unwrap();
    assert_eq!((served.text.as_str(), served.current), ("served request <*>", 16));
    let error = found.templates.iter().find(|t| t.level.as_deref() == Some("error")).unwrap();
    assert_eq!(error.current, 2);
    assert!(error.first_at.is_some() && error.first_at <= error.last_at);
    assert_eq!((found.current.lines, found.current.events), (26, 20), "traces are one event each");
    assert_eq!((found.baseline.lines, found.changes.len()), (0, 0), "nothing to compare with");
    assert!(!serde_json::to_string(&found).unwrap().contains("hunter2"));
    let pod = found.sources[0].pod.clone();
    let one = LogPatternsArgs { name: None, pod: Some(pod), ..patterns };
    assert_eq!(cluster.client.call(&one).await.unwrap().current.lines, 13);
    cluster.stop().await;
}
