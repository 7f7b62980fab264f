//! Shipped runbooks and folders of markdown through the server's front door.

use std::path::Path;

use evenkeel_mcp_servers::{Limits, runbooks};
use evenkeel_retrieval::Limits as IndexLimits;
use evenkeel_tools::runbooks::{
    CommonResolutionsArgs, EscalationProceduresArgs, GetRunbookArgs, IncidentPlaybookArgs,
    ListRunbooksArgs, SearchRunbooksArgs, SourceKind, SyncStateArgs, TroubleshootingGuideArgs,
};

use crate::support::TestClient;

async fn client(folders: &[&Path]) -> TestClient {
    let folders = folders.iter().map(|path| (*path).to_owned()).collect();
    let sources = runbooks::Sources { folders, ..runbooks::Sources::default() };
    let runbooks = runbooks::Runbooks::new(sources, Limits::default());
    TestClient::of(runbooks::server(runbooks, Limits::default())).await
}

fn asked(query: &str, alerts: &[&str]) -> SearchRunbooksArgs {
    SearchRunbooksArgs {
        query: query.to_owned(),
        alert_names: alerts.iter().map(|&name| name.to_owned()).collect(),
        limit: None,
    }
}

#[tokio::test]
async fn shipped_runbooks_are_found_without_anything_configured() {
    let client = client(&[]).await;
    for (query, alerts, expected) in [
        ("", &["KubePodCrashLooping"][..], "shipped/crash-loop"),
        ("KubeNodeNotReady worker-2 has not posted its status", &[], "shipped/node-not-ready"),
        ("too many clients already on the orders database", &[], "shipped/postgres-connections"),
        ("redis evicts keys, maxmemory reached", &[], "shipped/redis-memory"),
        ("502 bad gateway at the edge", &[], "shipped/ingress-5xx"),
    ] {
        let hits = client.call(&asked(query, alerts)).await.unwrap();
        let best = &hits.runbooks[0];
        assert_eq!(best.id, expected, "{query}: {hits:?}");
        assert_eq!(best.names_alert, !alerts.is_empty());
        assert_eq!((hits.searched, hits.unseen.len()), (9, 0));
        let whole = GetRunbookArgs { id: best.id.clone(), ..GetRunbookArgs::default() };
        assert!(client.call(&whole).await.unwrap().text.contains(&best.snippet), "{best:?}");
    }
    let nothing = client.call(&asked("zebra ballet saxophone", &[])).await.unwrap();
    assert!(nothing.runbooks.is_empty(), "{nothing:?}");
}

#[tokio::test]
async fn a_playbook_is_whole_and_its_parts_can_be_asked_for() {
    let client = client(&[]).await;
    let names = vec!["KubePersistentVolumeFillingUp".to_owned()];
    let query = "data-orders-0 is almost full".to_owned();
    let args = IncidentPlaybookArgs { query: query.clone(), alert_names: names.clone() };
    let playbook = client.call(&args).await.unwrap();
    assert_eq!(playbook.runbook.unwrap().id, "shipped/disk-pvc-full");
    assert!(!playbook.truncated && playbook.sections.len() >= 6);

    let fixes =
        CommonResolutionsArgs { query: query.clone(), alert_names: names.clone(), limit: Some(1) };
    let fix = &client.call(&fixes).await.unwrap().passages[0];
    assert!(fix.section == "Fix" && fix.text.contains("patch pvc"), "{fix:?}");
    let whom =
        EscalationProceduresArgs { query: query.clone(), alert_names: names.clone(), limit: None };
    let whom = &client.call(&whom).await.unwrap().passages[0];
    assert!(whom.section == "Escalate" && whom.text.contains("by phone"), "{whom:?}");
    let how = TroubleshootingGuideArgs { query, alert_names: names, limit: None };
    let how = &client.call(&how).await.unwrap().passages[0];
    assert!(how.section == "Look first" || how.section.starts_with("Causes"), "{how:?}");

    let section = GetRunbookArgs {
        id: "shipped/disk-pvc-full".to_owned(),
        section: Some("Causes".to_owned()),
        offset: None,
    };
    let causes = client.call(&section).await.unwrap();
    assert!(causes.text.contains("Honest growth") && !causes.text.contains("patch pvc"));
}

#[tokio::test]
async fn folders_are_read_without_secrets_links_and_hidden_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("ops");
    let put = |name: &str, text: &str| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put(
        "team/flux.md",
        "---\nalerts: [FluxCapacitorHot]\n---\n# The flux capacitor is hot\n\npassword: hunter2hunter2\u{1b}[31m\n\n## Fix\n\nCool it.\n",
    );
    put(".git/HEAD", "ref: refs/heads/main\n");
    put(".git/refs/heads/main", "0123456789abcdef0123456789abcdef01234567\n");
    put(".git/secret.md", "# flux hidden\n");
    put("notes.txt", "flux");
    std::fs::write(folder.path().join("outside.md"), "# outside flux\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("outside.md"), root.join("link.md")).unwrap();

    let client = client(&[&root]).await;
    let hits = client.call(&asked("flux", &["FluxCapacitorHot"])).await.unwrap();
    let ids: Vec<_> = hits.runbooks.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(ids, ["ops/team/flux.md"], "{hits:?}");
    let whole = GetRunbookArgs { id: "ops/team/flux.md".to_owned(), ..GetRunbookArgs::default() };
    let text = client.call(&whole).await.unwrap().text;
    assert!(
        !text.contains("hunter2") && !text.contains('\u{1b}') && text.contains("Cool it."),
        "{text}"
    );

    let state = client.call(&SyncStateArgs {}).await.unwrap();
    let source = state.sources.iter().find(|source| source.name == "ops").unwrap();
    assert_eq!((source.kind, source.runbooks, source.complete), (SourceKind::Folder, 1, true));
    assert_eq!(source.revision.as_deref(), Some("0123456789abcdef0123456789abcdef01234567"));
}

#[tokio::test]
async fn a_source_that_cannot_be_read_is_said_with_every_answer() {
    let client = client(&[Path::new("/nowhere/at/all")]).await;
    let hits = client.call(&asked("pod crashes", &[])).await.unwrap();
    assert!(!hits.runbooks.is_empty(), "the others still answer");
    assert!(hits.unseen.iter().any(|line| line.starts_with("all: ")), "{:?}", hits.unseen);
    let state = client.call(&SyncStateArgs {}).await.unwrap();
    let source = state.sources.iter().find(|source| source.name == "all").unwrap();
    assert_eq!(source.failure.as_ref().unwrap().code, "runbooks.unreadable");
    assert!(source.synced_at.is_none());
}

#[tokio::test]
async fn more_than_is_held_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..5 {
        std::fs::write(folder.path().join(format!("{n}.md")), format!("# Note {n}\n\ntext\n"))
            .unwrap();
    }
    let most = IndexLimits { documents: 11, ..IndexLimits::default() };
    let sources = runbooks::Sources {
        folders: vec![folder.path().to_owned()],
        ..runbooks::Sources::default()
    };
    let runbooks = runbooks::Runbooks::with_limits(sources, Limits::default(), most);
    let client = TestClient::of(runbooks::server(runbooks, Limits::default())).await;
    let hits = client.call(&asked("note", &[])).await.unwrap();
    assert_eq!((hits.searched, hits.unseen.len()), (11, 1), "{hits:?}");
}

#[tokio::test]
async fn lists_and_texts_come_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..25 {
        std::fs::write(folder.path().join(format!("{n:02}.md")), format!("# Note {n}\n\ntext\n"))
            .unwrap();
    }
    std::fs::write(
        folder.path().join("long.md"),
        format!("# Long\n\n{}", "ä line of text\n".repeat(4_000)),
    )
    .unwrap();
    let client = client(&[folder.path()]).await;
    let mut args = ListRunbooksArgs { limit: Some(10), ..ListRunbooksArgs::default() };
    let mut ids = Vec::new();
    loop {
        let page = client.call(&args).await.unwrap();
        ids.extend(page.runbooks.into_iter().map(|entry| entry.id));
        assert_eq!(page.truncated, page.next.is_some());
        match page.next {
            Some(next) => args.after = Some(next),
            None => break,
        }
    }
    assert_eq!(ids.len(), 9 + 26);
    let id = ids.iter().find(|id| id.ends_with("long.md")).unwrap();
    let mut args = GetRunbookArgs { id: id.clone(), ..GetRunbookArgs::default() };
    let mut text = String::new();
    loop {
        let page = client.call(&args).await.unwrap();
        text.push_str(&page.text);
        match page.next_offset {
            Some(next) => args.offset = Some(next),
            None => break,
        }
    }
    assert_eq!(text.matches("ä line of text").count(), 4_000);
}

#[tokio::test]
async fn nonsense_is_refused_with_its_code() {
    let client = client(&[]).await;
    for args in [
        asked("", &[]),
        asked(&"x".repeat(4_001), &[]),
        asked("x", &["a"; 21]),
        SearchRunbooksArgs { limit: Some(0), ..asked("x", &[]) },
        SearchRunbooksArgs { limit: Some(21), ..asked("x", &[]) },
    ] {
        assert_eq!(client.code(&args).await, "tool.bad_arguments");
    }
    let missing =
        GetRunbookArgs { id: "shipped/../../etc/passwd".to_owned(), ..GetRunbookArgs::default() };
    assert_eq!(client.code(&missing).await, "runbooks.not_found");
    let no_section = GetRunbookArgs {
        id: "shipped/crash-loop".to_owned(),
        section: Some("Poetry".to_owned()),
        offset: None,
    };
    assert_eq!(client.code(&no_section).await, "runbooks.not_found");
    let beyond = GetRunbookArgs {
        id: "shipped/crash-loop".to_owned(),
        section: None,
        offset: Some(1_000_000),
    };
    assert_eq!(client.code(&beyond).await, "tool.bad_arguments");
}
