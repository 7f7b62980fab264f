//! The reads.

use evenkeel_lab::github::MergeMethod;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{
    CodeOwnersArgs, CompareArgs, FindChangeArgs, GetDiffArgs, GetPullArgs, ListChecksArgs,
    ListCommitsArgs, ListDeploymentsArgs, ListPullsArgs, ListReleasesArgs, ListRepositoriesArgs,
    Matched, PullState,
};

use super::{Hub, REPOSITORY, lines};

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn commits_are_found_around_a_time_and_by_path() {
    let hub = Hub::new().await;
    let double = &hub.double;
    for (n, path) in ["a.txt", "b/c.txt", "a.txt"].iter().enumerate() {
        let when = format!("2026-01-0{}T12:00:00Z", n + 1);
        let message =
            format!("change {n}\n\npassword=hunter2\nSigned-off-by: Eve <eve@example.org>");
        double
            .commit_at("main", &message, &[(path, Some(format!("{n}\n").as_bytes()))], &when)
            .await
            .unwrap();
    }
    let list =
        |path: Option<&str>, since: Option<&str>, until: Option<&str>, limit| ListCommitsArgs {
            repository: REPOSITORY.into(),
            path: path.map(Into::into),
            since: since.map(at),
            until: until.map(at),
            limit,
            ..ListCommitsArgs::default()
        };
    let titles = |list: evenkeel_tools::github::CommitList| -> Vec<String> {
        list.commits.into_iter().map(|commit| commit.title).collect()
    };
    let all = hub.client.call(&list(None, None, None, None)).await.unwrap();
    let body = all.commits[0].body.clone().unwrap();
    assert!(!body.contains("hunter2") && !body.contains("eve@example"), "{body}");
    assert_eq!(all.commits[0].parents, [all.commits[1].sha.clone()]);
    assert!(!all.truncated);
    assert_eq!(titles(all), ["change 2", "change 1", "change 0"]);
    let by_path = hub.client.call(&list(Some("b"), None, None, None)).await.unwrap();
    assert_eq!(titles(by_path), ["change 1"]);
    let around = list(None, Some("2026-01-01T18:00:00Z"), Some("2026-01-02T18:00:00Z"), None);
    assert_eq!(titles(hub.client.call(&around).await.unwrap()), ["change 1"]);
    let one = hub.client.call(&list(None, None, None, Some(1))).await.unwrap();
    assert!(one.truncated && one.commits.len() == 1);
    assert_eq!(hub.client.code(&list(Some("../x"), None, None, None)).await, codes::BAD_ARGUMENTS);
    assert_eq!(hub.client.code(&list(None, None, None, Some(500))).await, codes::BAD_ARGUMENTS);
    hub.check();
}

#[tokio::test]
async fn i7_only_the_configured_repositories_can_be_named() {
    let hub = Hub::new().await;
    hub.double.commit("main", "x", &[("a", Some(b"1"))]).await.unwrap();
    for name in ["acme/other", "evil/shop", "acme/shop/../../user", "acme/shop?x=1", ""] {
        let args = ListCommitsArgs { repository: name.into(), ..ListCommitsArgs::default() };
        assert_eq!(hub.client.code(&args).await, codes::GITHUB_NOT_ALLOWED, "{name}");
    }
    assert_eq!(hub.double.requests(), Vec::<String>::new());
    let args = ListRepositoriesArgs { repository: Some("ACME/Shop".into()) };
    let list = hub.client.call(&args).await.unwrap();
    assert_eq!(list.repositories[0].repository, REPOSITORY);
    assert_eq!(list.repositories[0].default_branch.as_deref(), Some("main"));
    assert_eq!(list.repositories[0].may_push, Some(true));
    hub.check();
}

#[tokio::test]
async fn pull_requests_are_listed_by_what_became_of_them() {
    let hub = Hub::new().await;
    let double = &hub.double;
    double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    let mut numbers = Vec::new();
    for name in ["one", "two", "three"] {
        double.commit(name, name, &[(name, Some(b"x\n"))]).await.unwrap();
        numbers.push(double.pull(&format!("Add {name}"), name).await.unwrap());
    }
    let sha = double.merge(numbers[0], MergeMethod::Merge).await.unwrap();
    let list =
        |state| ListPullsArgs { repository: REPOSITORY.into(), state, ..ListPullsArgs::default() };
    let open = hub.client.call(&list(Some(PullState::Open))).await.unwrap();
    assert_eq!(open.pulls.len(), 2);
    let merged = hub.client.call(&list(Some(PullState::Merged))).await.unwrap();
    assert_eq!(merged.pulls[0].merge_commit.as_deref(), Some(sha.as_str()));
    assert_eq!(hub.client.call(&list(None)).await.unwrap().pulls.len(), 3);
    let long_ago = ListPullsArgs { until: Some(at("2020-01-01T00:00:00Z")), ..list(None) };
    assert_eq!(hub.client.call(&long_ago).await.unwrap().pulls, []);
    let get = |number| GetPullArgs {
        repository: REPOSITORY.into(),
        number: Some(number),
        opened_by: None,
    };
    let pull = hub.client.call(&get(numbers[1])).await.unwrap();
    assert_eq!((pull.mergeable, pull.mergeable_state.as_deref()), (Some(true), Some("clean")));
    assert_eq!(hub.client.code(&get(999)).await, codes::GITHUB_NOT_FOUND);
    let both = GetPullArgs { opened_by: Some("x".into()), ..get(1) };
    assert_eq!(hub.client.code(&both).await, codes::BAD_ARGUMENTS);
    hub.check();
}

#[tokio::test]
async fn a_version_leads_to_the_change_it_brought() {
    let hub = Hub::new().await;
    let double = &hub.double;
    let old = double.commit("main", "begin", &[("a", Some(&lines(&[])))]).await.unwrap();
    double.tag("shop-1.4.2", &old).await.unwrap();
    double.commit("prices", "wip", &[("prices", Some(b"1\n"))]).await.unwrap();
    double.commit("prices", "New prices", &[("prices", Some(b"2\n"))]).await.unwrap();
    let number = double.pull("New prices", "prices").await.unwrap();
    let new = double.merge(number, MergeMethod::Merge).await.unwrap();
    double.tag("shop-1.5.0", &new).await.unwrap();
    let pushed =
        double.commit("main", "hot fix", &[("a", Some(&lines(&[(3, "x")])))]).await.unwrap();
    let find = |version: &str, previous: Option<&str>| FindChangeArgs {
        repository: REPOSITORY.into(),
        version: version.into(),
        previous: previous.map(Into::into),
        component: Some("shop".into()),
        at: None,
    };
    let found = hub.client.call(&find("1.5.0", Some("1.4.2"))).await.unwrap();
    assert_eq!(found.matched, Some(Matched::Tag { name: "shop-1.5.0".into() }));
    assert_eq!(found.branch, "main");
    let changes = found.changes.unwrap();
    assert_eq!(changes.len(), 1, "three commits, one pull request");
    assert_eq!(changes[0].pull.as_ref().unwrap().number, number);
    assert_eq!(changes[0].commit.sha, new);
    assert_eq!(changes[0].paths, ["prices"]);
    let found =
        hub.client.call(&find(&format!("sha-{}", &pushed[..7]), Some("v1.5.0"))).await.unwrap();
    assert_eq!(found.matched, Some(Matched::Commit));
    let changes = found.changes.unwrap();
    assert_eq!((changes.len(), changes[0].pull.is_none()), (1, true));
    // Going back brings nothing, and what nobody has heard of is not guessed.
    let back = hub.client.call(&find("1.4.2", Some("1.5.0"))).await.unwrap();
    assert_eq!(back.changes, None);
    let nothing = hub.client.call(&find("9.9.9", None)).await.unwrap();
    assert_eq!((nothing.matched, nothing.commit), (None, None));
    hub.check();
}

#[tokio::test]
async fn a_version_without_a_tag_is_known_by_the_only_deployment_of_its_time() {
    let hub = Hub::new().await;
    let sha = hub.double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    hub.double.deploy(&sha, "production", "2026-01-02T11:58:00Z", "success");
    let find = |when: &str| FindChangeArgs {
        repository: REPOSITORY.into(),
        version: "build-77".into(),
        at: Some(at(when)),
        ..FindChangeArgs::default()
    };
    let found = hub.client.call(&find("2026-01-02T12:00:00Z")).await.unwrap();
    assert!(matches!(found.matched, Some(Matched::Deployment { .. })));
    assert_eq!(found.commit.unwrap().sha, sha);
    assert_eq!(hub.client.call(&find("2026-01-03T12:00:00Z")).await.unwrap().matched, None);
    hub.double.deploy(&sha, "staging", "2026-01-02T11:59:00Z", "success");
    let found = hub.client.call(&find("2026-01-02T12:00:00Z")).await.unwrap();
    assert_eq!(found.matched, None, "of two none is taken");
    hub.check();
}

#[tokio::test]
async fn differences_are_bounded_and_redacted() {
    let hub = Hub::new().await;
    let double = &hub.double;
    let base = double.commit("main", "begin", &[("a.txt", Some(&lines(&[])))]).await.unwrap();
    let long = "x".repeat(100).repeat(200);
    let head = double
        .commit(
            "main",
            "more",
            &[
                ("a.txt", Some(&lines(&[(5, "api_key = \"s3cr3t-value\"")]))),
                ("long.txt", Some(long.as_bytes())),
                ("blob.bin", Some(b"\0\x01")),
            ],
        )
        .await
        .unwrap();
    let compare = CompareArgs {
        repository: REPOSITORY.into(),
        base: base.clone(),
        head: head.clone(),
        after: None,
    };
    let found = hub.client.call(&compare).await.unwrap();
    assert_eq!((found.status.as_str(), found.ahead_by, found.behind_by), ("ahead", 1, 0));
    assert_eq!(found.commits[0].sha, head);
    let diff =
        GetDiffArgs { repository: REPOSITORY.into(), commit: Some(head), ..GetDiffArgs::default() };
    let found = hub.client.call(&diff).await.unwrap();
    assert!(found.truncated, "a patch was cut");
    let by = |name: &str| found.files.iter().find(|file| file.path == name).unwrap();
    let patch = by("a.txt").patch.clone().unwrap();
    assert!(patch.contains("-line 5") && !patch.contains("s3cr3t"), "{patch}");
    assert!(by("long.txt").patch.as_ref().unwrap().len() <= 8 * 1024 + 3);
    assert_eq!(by("blob.bin").patch, None);
    let one = GetDiffArgs { path: Some("a.txt".into()), ..diff };
    let found = hub.client.call(&one).await.unwrap();
    assert_eq!((found.files.len(), found.truncated), (1, false));
    hub.check();
}

#[tokio::test]
async fn deployments_checks_releases_and_owners() {
    let hub = Hub::new().await;
    let double = &hub.double;
    let owners = b"* @acme/all\n/checkout/ @acme/checkout\n";
    let sha =
        double.commit("main", "begin", &[(".github/CODEOWNERS", Some(owners))]).await.unwrap();
    double.deploy(&sha, "production", "2026-01-02T12:00:00Z", "failure");
    let args = ListDeploymentsArgs {
        repository: REPOSITORY.into(),
        environment: Some("production".into()),
        ..ListDeploymentsArgs::default()
    };
    let found = hub.client.call(&args).await.unwrap();
    assert_eq!(found.deployments[0].status.as_deref(), Some("failure"));
    let checks =
        ListChecksArgs { repository: REPOSITORY.into(), reference: "main".into(), after: None };
    assert_eq!(
        hub.client.call(&checks).await.unwrap().passed,
        None,
        "I8: nothing reported is no success"
    );
    double.check(&sha, "build", Some("success"));
    assert_eq!(hub.client.call(&checks).await.unwrap().passed, Some(true));
    double.check(&sha, "test", None);
    assert_eq!(hub.client.call(&checks).await.unwrap().passed, None);
    double.release("v1", "Notes\n", "2026-01-02T12:00:00Z");
    let releases =
        ListReleasesArgs { repository: REPOSITORY.into(), ..ListReleasesArgs::default() };
    assert_eq!(hub.client.call(&releases).await.unwrap().releases[0].tag, "v1");
    let owners = CodeOwnersArgs {
        repository: REPOSITORY.into(),
        paths: vec!["checkout/src/a.rs".into(), "README.md".into()],
    };
    let found = hub.client.call(&owners).await.unwrap();
    assert_eq!(found.file.as_deref(), Some(".github/CODEOWNERS"));
    assert_eq!(found.paths[0].owners, ["@acme/checkout"]);
    assert_eq!(found.paths[1].owners, ["@acme/all"]);
    hub.check();
}
