//! Runbooks from Git repositories, fetched with the real git.

mod faults;
mod hostile;
mod http;
mod remote;

use std::path::Path;
use std::time::Duration;

use evenkeel_mcp_servers::runbooks::git::GitConfig;
use evenkeel_mcp_servers::runbooks::{Runbooks, Sources};
use evenkeel_mcp_servers::{Limits, runbooks};
use evenkeel_tools::runbooks::{
    GetRunbookArgs, ListRunbooksArgs, SearchRunbooksArgs, SourceKind, SourceState, SyncStateArgs,
};

use crate::support::TestClient;
use remote::Remote;

fn config(address: &str) -> GitConfig {
    GitConfig { every: Duration::from_millis(50), ..GitConfig::new(address) }
}

async fn client(configs: Vec<GitConfig>, cache: Option<&Path>) -> TestClient {
    let sources = Sources { git: configs, cache: cache.map(Path::to_owned), ..Sources::default() };
    let runbooks = Runbooks::new(sources, Limits::default());
    TestClient::of(runbooks::server(runbooks, Limits::default())).await
}

/// Waits until the state of that source is as wanted.
async fn until(
    client: &TestClient,
    name: &str,
    wanted: impl Fn(&SourceState) -> bool,
) -> SourceState {
    let mut last = None;
    let reached = async {
        loop {
            let synced = client.call(&SyncStateArgs {}).await.unwrap();
            let found = synced.sources.into_iter().find(|source| source.name == name).unwrap();
            if wanted(&found) {
                return found;
            }
            last = Some(found);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_mins(1), reached).await;
    ended.unwrap_or_else(|_| panic!("it never came to that: {last:?}"))
}

async fn failed(client: &TestClient, name: &str) -> evenkeel_tools::ToolFailure {
    let state = until(client, name, |source| source.failure.is_some()).await;
    let failure = state.failure.unwrap();
    assert!(!failure.message.is_empty() && !failure.next.is_empty());
    failure
}

async fn ids(client: &TestClient, source: &str) -> Vec<String> {
    let args = ListRunbooksArgs { source: Some(source.to_owned()), ..ListRunbooksArgs::default() };
    client.call(&args).await.unwrap().runbooks.into_iter().map(|entry| entry.id).collect()
}

async fn text(client: &TestClient, id: &str) -> String {
    let whole = GetRunbookArgs { id: id.to_owned(), ..GetRunbookArgs::default() };
    client.call(&whole).await.unwrap().text
}

async fn unseen(client: &TestClient) -> Vec<String> {
    let args = SearchRunbooksArgs { query: "pod crashes".into(), ..SearchRunbooksArgs::default() };
    let hits = client.call(&args).await.unwrap();
    assert!(!hits.runbooks.is_empty(), "shipped ones answer whatever git does");
    hits.unseen
}

#[tokio::test]
async fn a_branch_is_followed_wherever_it_goes() {
    let remote = Remote::new();
    remote
        .put("flux.md", "---\nalerts: [FluxHot]\n---\n# The flux capacitor is hot\n\nold words\n");
    remote.put("deep/er/other.markdown", "# Other\n");
    remote.put("notes.txt", "flux");
    let first = remote.commit();
    let client = client(vec![config(&remote.file_url())], None).await;
    let state = until(&client, "docs", |source| source.complete).await;
    assert_eq!((state.kind, state.runbooks), (SourceKind::Git, 2));
    assert_eq!(state.revision.as_ref(), Some(&first));
    assert_eq!(ids(&client, "docs").await, ["docs/deep/er/other.markdown", "docs/flux.md"]);
    let args = SearchRunbooksArgs {
        query: "hot".into(),
        alert_names: vec!["FluxHot".into()],
        limit: None,
    };
    assert_eq!(client.call(&args).await.unwrap().runbooks[0].id, "docs/flux.md");

    // A push: one is changed, one is gone.
    remote.put("flux.md", "# The flux capacitor is hot\n\nnew words\n");
    remote.remove("deep");
    let second = remote.commit();
    until(&client, "docs", |source| source.revision.as_ref() == Some(&second)).await;
    assert_eq!(ids(&client, "docs").await, ["docs/flux.md"]);
    assert!(text(&client, "docs/flux.md").await.contains("new words"));

    // A forced push, to a history that never held the second.
    remote.git(&["reset", "-q", "--hard", &first]);
    remote.put("forced.md", "# Forced\n");
    let third = remote.commit();
    until(&client, "docs", |source| source.revision.as_ref() == Some(&third)).await;
    assert!(text(&client, "docs/flux.md").await.contains("old words"));
    assert_eq!(ids(&client, "docs").await.len(), 3);
    assert_eq!(unseen(&client).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_branch_and_a_folder_can_be_named() {
    let remote = Remote::new();
    remote.put("top.md", "# Top\n");
    remote.commit();
    remote.git(&["checkout", "-q", "-b", "team/ops"]);
    remote.put("run books/here.md", "# Here\n");
    remote.put("run-books/here.md", "# Here\n");
    remote.put("run-books/sub/there.md", "# There\n");
    remote.commit();
    remote.git(&["checkout", "-q", "main"]);
    let address = format!("{}#team/ops:run-books", remote.file_url());
    // The same repository twice: its second name tells them apart.
    let client = client(vec![config(&remote.file_url()), config(&address)], None).await;
    until(&client, "docs", |source| source.complete).await;
    until(&client, "docs-2", |source| source.complete).await;
    assert_eq!(ids(&client, "docs").await, ["docs/top.md"]);
    assert_eq!(ids(&client, "docs-2").await, ["docs-2/here.md", "docs-2/sub/there.md"]);
}

#[tokio::test]
async fn a_restart_begins_with_what_was_read() {
    let (remote, cache) = (Remote::new(), tempfile::tempdir().unwrap());
    remote.put("flux.md", "# Flux\n");
    let commit = remote.commit();
    let before = client(vec![config(&remote.file_url())], Some(cache.path())).await;
    until(&before, "docs", |source| source.complete).await;
    drop(before);

    // It can't be reached now: what was fetched then is read, and it is said that there may be more.
    let address = remote.file_url();
    let away = remote.leave();
    let after = client(vec![config(&address)], Some(cache.path())).await;
    let state = until(&after, "docs", |source| source.failure.is_some()).await;
    assert_eq!((state.runbooks, state.complete), (1, false));
    assert_eq!(state.revision.as_ref(), Some(&commit));
    assert_eq!(state.failure.unwrap().code, "runbooks.git_not_found");
    assert!(unseen(&after).await[0].starts_with("docs: there is no repository docs there"));

    away.come_back();
    let state = until(&after, "docs", |source| source.failure.is_none()).await;
    assert!(state.complete);
}

#[tokio::test]
async fn one_of_several_processes_fetches_and_all_read() {
    let (remote, cache) = (Remote::new(), tempfile::tempdir().unwrap());
    remote.put("flux.md", "# Flux\n");
    remote.commit();
    let both = vec![config(&remote.file_url())];
    let one = client(both.clone(), Some(cache.path())).await;
    let other = client(both, Some(cache.path())).await;
    for client in [&one, &other] {
        until(client, "docs", |source| source.complete).await;
        assert_eq!(ids(client, "docs").await, ["docs/flux.md"]);
    }
    remote.put("flux.md", "# Flux\n\nnew words\n");
    let commit = remote.commit();
    for client in [&one, &other] {
        until(client, "docs", |source| source.revision.as_ref() == Some(&commit)).await;
        assert!(text(client, "docs/flux.md").await.contains("new words"));
    }
}
