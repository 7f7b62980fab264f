//! What changed around a moment.

use evenkeel_tools::kubernetes::{ChangeKind, ChangeList, ListChangesArgs, ObjectRef};
use serde_json::json;

use crate::kubernetes_cluster::{Cluster, image};

fn kind(what: &ChangeKind) -> &'static str {
    match what {
        ChangeKind::Created => "created",
        ChangeKind::Deleted => "deleted",
        ChangeKind::Revision { .. } => "revision",
        ChangeKind::Edited { .. } => "edited",
        ChangeKind::Event { .. } => "event",
    }
}

#[tokio::test]
async fn releases_writes_and_events_are_told_by_time_and_without_values() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let map = json!({"metadata": {"name": "settings"}, "data": {"KEY": "hunter1"}});
    cluster.create("api/v1", "configmaps", map).await;
    let home = format!("/api/v1/namespaces/{}/configmaps/settings", cluster.namespace);
    let web = format!("/apis/apps/v1/namespaces/{}/deployments/web", cluster.namespace);
    let release = json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": format!("{}-next", image()),
        "env": [{"name": "DB_PASSWORD", "value": "hunter3"}]}]}}}});
    cluster.patch(&format!("{web}?fieldManager=a-pipeline"), release).await;

    let args = ListChangesArgs { namespace: cluster.namespace.clone(), ..Default::default() };
    let of = |list: &ChangeList, name: &str, what: &str| {
        let found = list.changes.iter().find(|c| c.object.name == name && kind(&c.what) == what);
        found.cloned()
    };
    let list = cluster
        .eventually("the second revision", async || {
            let list = cluster.client.call(&args).await.unwrap();
            let second = |c: &&evenkeel_tools::kubernetes::ObjectChange| {
                matches!(c.what, ChangeKind::Revision { revision: Some(2), .. })
            };
            list.changes.iter().find(second).is_some().then_some(list)
        })
        .await;
    assert!(list.changes.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(list.unread.is_empty(), "{:?}", list.unread);
    // Times are whole seconds, and what is written in the second of its creation is taken for that: write until it is not.
    let (edited_at, fields) = cluster
        .eventually("a write after the creation", async || {
            let change = json!({"data": {"KEY": format!("hunter-{}", rand::random::<u32>())}});
            cluster.patch(&format!("{home}?fieldManager=a-person"), change).await;
            let list = cluster.client.call(&args).await.unwrap();
            list.changes.into_iter().find_map(|change| match change.what {
                ChangeKind::Edited { by, fields, .. } if by == "a-person" => {
                    Some((change.at, fields))
                }
                _ => None,
            })
        })
        .await;
    assert_eq!(fields, ["data.KEY"]);
    assert!(of(&list, "settings", "created").is_some() && of(&list, "web", "event").is_some());
    let diffs: Vec<String> = list
        .changes
        .iter()
        .filter_map(|change| match &change.what {
            ChangeKind::Revision { revision: Some(2), diff, .. } => diff.clone(),
            _ => None,
        })
        .collect();
    assert!(diffs[0].contains("-next") && diffs[0].contains("[redacted, changed]"), "{diffs:?}");
    assert!(!serde_json::to_string(&list).unwrap().contains("hunter"));

    let object = ObjectRef { kind: "ConfigMap".to_owned(), name: "settings".to_owned() };
    let one = ListChangesArgs { object: Some(object), ..args.clone() };
    let one = cluster.client.call(&one).await.unwrap().changes;
    assert!(one.len() >= 2 && one.iter().all(|change| change.object.name == "settings"));
    let few = ListChangesArgs { limit: Some(1), at: Some(edited_at), ..args.clone() };
    let few = cluster.client.call(&few).await.unwrap();
    assert_eq!((few.changes.len(), few.truncated), (1, true));
    let long_ago = "2020-01-01T00:00:00Z".parse().unwrap();
    let long_ago = ListChangesArgs { at: Some(long_ago), ..args.clone() };
    assert!(cluster.client.call(&long_ago).await.unwrap().changes.is_empty());
    for (before, after) in [(0, 0), (604_801, 0), (1, 604_801)] {
        let bad = ListChangesArgs {
            before_seconds: Some(before),
            after_seconds: Some(after),
            ..args.clone()
        };
        assert_eq!(cluster.client.code(&bad).await, "tool.bad_arguments");
    }
    cluster.stop().await;
}
