//! Connections, their tools, and what is sealed.

use std::{collections::BTreeMap, sync::Arc};

use evenkeel_domain::{
    connection::{ConnectionKind, OfferedTool, ServerConnection, ToolForm},
    evidence::ToolFailure,
    id::{ClusterId, ConnectionId},
    view::ConnectionState,
};
use serde_json::json;

use super::sample::{World, at, world};
use crate::{
    StorageError, Store,
    connections::{ConnectionRow, HealthRow, Sealed, SealedFor, ToolPlace},
};

/// Number `n` of the first organisation: a Prometheus.
pub(super) fn connection(world: &World, n: u64, cluster: Option<ClusterId>) -> ConnectionRow {
    let settings = [("url", "http://127.0.0.1:9090"), ("tenant", "ü 🦀")];
    ConnectionRow {
        connection: ServerConnection {
            id: ConnectionId::from_parts(n, 1),
            organisation: world.organisation,
            cluster,
            kind: ConnectionKind::Prometheus,
            name: "prometheus".into(),
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            has_secret: true,
            allowed_networks: vec!["10.0.0.0/8".into()],
            created_at: at(1),
            created_by: "a@example.org".into(),
            changed_at: at(2),
            changed_by: "b@example.org".into(),
        },
        secret_sealed: Some(vec![0, 255, u8::try_from(n).unwrap()]),
    }
}

/// A tool.
pub(super) fn offer(name: &str, description: &str) -> OfferedTool {
    let form = ToolForm {
        name: name.into(),
        description: Some(description.into()),
        input_schema: json!({ "type": "object", "properties": { "b": {}, "a": {} } }),
        output_schema: None,
    };
    OfferedTool { form, hash: format!("hash of {description}") }
}

pub(super) async fn a_connection_is_changed_once_from_what_it_was<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut row = connection(&world, 1, None);
    let untouched = connection(&world, 2, Some(world.cluster));
    for row in [&row, &untouched] {
        store.create_connection(row, &[]).await.unwrap();
    }
    let before = row.connection.changed_at;
    row.connection.settings.insert("tenant".into(), "theirs".into());
    row.connection.allowed_networks.clear();
    row.connection.changed_at = at(9);
    row.connection.changed_by = "c@example.org".into();
    (row.secret_sealed, row.connection.has_secret) = (None, false);
    store.change_connection(&row, before, &[]).await.unwrap();
    let again = store.change_connection(&row, before, &[]).await;
    assert!(matches!(again, Err(StorageError::Missing { .. })), "it was changed since");
    let found = store.connections(world.organisation).await.unwrap();
    assert_eq!(found, [row, untouched]);
}

pub(super) async fn how_servers_did_is_kept_by_the_latest<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    store.keep_health(&[]).await.unwrap();
    assert_eq!(store.health(world.organisation).await.unwrap(), []);
    let row = |server: &str, second, state| HealthRow {
        cluster: world.cluster,
        server: server.to_owned(),
        at: at(second),
        state,
    };
    let good = |second| ConnectionState::Healthy { last_ok_at: at(second), latency_us: Some(7) };
    let bad = |last_ok_at| ConnectionState::Failing {
        failure: ToolFailure {
            code: "mcp.unreachable".into(),
            message: "no 🦀".into(),
            next: Some("look".into()),
            retry_after_s: None,
        },
        last_ok_at,
    };
    let elsewhere = HealthRow { cluster: world.second_cluster, ..row("loki", 3, good(3)) };
    store.keep_health(&[row("loki", 2, good(2)), row("kubernetes", 2, good(2))]).await.unwrap();
    store.keep_health(&[row("loki", 5, bad(None)), elsewhere.clone()]).await.unwrap();
    // By a process whose clock is behind, or that was slow.
    store.keep_health(&[row("loki", 4, good(4))]).await.unwrap();
    let kept = store.health(world.organisation).await.unwrap();
    let mut expected =
        vec![row("kubernetes", 2, good(2)), row("loki", 5, bad(Some(at(2)))), elsewhere];
    expected.sort_by(|a, b| (a.cluster, &a.server).cmp(&(b.cluster, &b.server)));
    assert_eq!(kept, expected);
    assert_eq!(store.health(world.other).await.unwrap(), []);
    // What takes a connection's place did nothing yet.
    let mut registered = connection(&world, 1, Some(world.cluster));
    registered.connection.name = "loki".into();
    store.create_connection(&registered, &[]).await.unwrap();
    store.change_connection(&registered, registered.connection.changed_at, &[]).await.unwrap();
    let left = store.health(world.organisation).await.unwrap();
    let left: Vec<_> = left.iter().map(|row| (row.cluster, row.server.as_str())).collect();
    assert_eq!(left, [(world.cluster, "kubernetes"), (world.second_cluster, "loki")]);
    registered.connection.id = ConnectionId::from_parts(2, 1);
    registered.connection.cluster = None;
    store.create_connection(&registered, &[]).await.unwrap();
    store.delete_connection(world.organisation, registered.connection.id, &[]).await.unwrap();
    assert_eq!(store.health(world.organisation).await.unwrap().len(), 1, "of all clusters");
}

pub(super) async fn a_name_is_taken_once_for_the_same_clusters<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let everywhere = connection(&world, 1, None);
    let one = connection(&world, 2, Some(world.cluster));
    let two = connection(&world, 3, Some(world.second_cluster));
    for row in [&one, &everywhere, &two] {
        store.create_connection(row, &[]).await.unwrap();
    }
    for place in [None, Some(world.cluster)] {
        let refused = store.create_connection(&connection(&world, 9, place), &[]).await;
        assert!(matches!(refused, Err(StorageError::Taken { .. })), "{place:?}");
    }
    let listed = store.connections(world.organisation).await.unwrap();
    assert_eq!(listed, [everywhere, one.clone(), two]);
    assert_eq!(store.connections(world.other).await.unwrap(), []);
    let gone = store.delete_connection(world.other, one.connection.id, &[]).await;
    assert!(matches!(gone, Err(StorageError::Missing { .. })), "it is not theirs");
    let bare = ConnectionRow {
        connection: ServerConnection {
            name: "other".into(),
            settings: BTreeMap::new(),
            has_secret: false,
            ..connection(&world, 4, None).connection
        },
        secret_sealed: None,
    };
    store.create_connection(&bare, &[]).await.unwrap();
    assert!(store.connections(world.organisation).await.unwrap().contains(&bare));
}

pub(super) async fn tools_are_offered_approved_and_changed<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let home = world.organisation;
    let source = "operator:files";
    let place = |tool| ToolPlace { organisation: home, source, tool };
    let tools = async || store.connection_tools(home).await.unwrap();
    let (look, change) = (offer("look", "Looks."), offer("change", "Changes."));
    store.offer_tools(home, source, &[look.clone(), change.clone()], at(1)).await.unwrap();
    let names: Vec<_> = tools().await.iter().map(|tool| tool.tool.clone()).collect();
    assert_eq!(names, ["change", "look"]);

    // An approval names what it saw.
    let refused = store.pin_tool(place("look"), &change.hash, "a", at(2), &[]).await;
    assert!(matches!(refused, Err(StorageError::Missing { .. })), "another form");
    store.pin_tool(place("look"), &look.hash, "a", at(2), &[]).await.unwrap();
    let kept = tools().await;
    let pinned = kept[1].pinned.as_ref().unwrap();
    assert_eq!((&pinned.form, &pinned.by[..], pinned.at), (&look.form, "a", at(2)));
    assert_eq!(pinned.hash, look.hash);
    assert_eq!(kept[1].offered.as_ref(), Some(&look));
    assert_eq!(kept[0].pinned, None);

    // Other words, and a tool less: what was approved stays beside what is offered.
    let other = offer("look", "Looks elsewhere, too.");
    store.offer_tools(home, source, std::slice::from_ref(&other), at(3)).await.unwrap();
    let kept = tools().await;
    assert_eq!(kept.len(), 1, "what nobody approved is forgotten with its offer");
    assert_eq!(kept[0].offered.as_ref(), Some(&other));
    assert_eq!(kept[0].pinned.as_ref().unwrap().form, look.form);
    store.offer_tools(home, source, &[], at(4)).await.unwrap();
    assert_eq!(tools().await[0].offered, None, "it is not offered any more");
    let refused = store.pin_tool(place("look"), &other.hash, "a", at(5), &[]).await;
    assert!(matches!(refused, Err(StorageError::Missing { .. })));

    store.unpin_tool(place("look"), &[]).await.unwrap();
    let again = store.unpin_tool(place("look"), &[]).await;
    assert!(matches!(again, Err(StorageError::Missing { .. })));
    assert_eq!(store.connection_tools(world.other).await.unwrap(), []);
}

pub(super) async fn a_connection_goes_with_its_tools<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let row = connection(&world, 1, None);
    let (id, home) = (row.connection.id, world.organisation);
    store.create_connection(&row, &[]).await.unwrap();
    for source in [id.to_string(), "operator:files".to_owned()] {
        store.offer_tools(home, &source, &[offer("look", "Looks.")], at(1)).await.unwrap();
    }
    store.delete_connection(home, id, &[]).await.unwrap();
    let gone = store.delete_connection(home, id, &[]).await;
    assert!(matches!(gone, Err(StorageError::Missing { .. })));
    assert_eq!(store.connections(home).await.unwrap(), []);
    let left = store.connection_tools(home).await.unwrap();
    assert_eq!(left.iter().map(|tool| &tool.source[..]).collect::<Vec<_>>(), ["operator:files"]);
}

pub(super) async fn what_is_sealed_is_replaced_whole_or_not<S: Store>(store: Arc<S>) {
    let (world, store) = (world(&*store).await, &*store);
    let mut cluster = store.cluster(world.other_cluster).await.unwrap().unwrap();
    cluster.kubeconfig_sealed = Some(vec![1]);
    store.update_cluster(&cluster, &[]).await.unwrap();
    let row = connection(&world, 2, None);
    store.create_connection(&row, &[]).await.unwrap();
    let sealed = store.sealed().await.unwrap();
    let expected = [
        Sealed {
            organisation: world.other,
            owner: SealedFor::Cluster(world.other_cluster),
            sealed: vec![1],
        },
        Sealed {
            organisation: world.organisation,
            owner: SealedFor::Connection(row.connection.id),
            sealed: vec![0, 255, 2],
        },
    ];
    assert_eq!(sealed, expected);
    let [one, two] = expected;
    let stale = Sealed { sealed: vec![7], ..two.clone() };
    let refused = store.reseal(&[(one.clone(), vec![3]), (stale, vec![4])], &[]).await;
    assert!(matches!(refused, Err(StorageError::Conflict)));
    assert_eq!(store.sealed().await.unwrap(), sealed, "all or none");
    store.reseal(&[(one, vec![3]), (two, vec![4])], &[]).await.unwrap();
    let texts: Vec<_> = store.sealed().await.unwrap().into_iter().map(|s| s.sealed).collect();
    assert_eq!(texts, [vec![3], vec![4]]);
}
