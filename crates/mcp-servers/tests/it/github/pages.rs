//! Lists in pages: everything comes once, in its order.

use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{
    CompareArgs, GetDiffArgs, ListCommitsArgs, ListDeploymentsArgs, ListPullsArgs,
    ListReleasesArgs, PullState,
};

use super::{Hub, REPOSITORY};

#[tokio::test]
async fn commits_come_in_pages_newest_first() {
    let hub = Hub::new().await;
    for n in 0..7 {
        hub.double
            .commit("main", &format!("c{n}"), &[("a", Some(format!("{n}").as_bytes()))])
            .await
            .unwrap();
    }
    let mut args = ListCommitsArgs {
        repository: REPOSITORY.into(),
        limit: Some(3),
        ..ListCommitsArgs::default()
    };
    let mut titles = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let list = hub.client.call(&args).await.unwrap();
        sizes.push(list.commits.len());
        titles.extend(list.commits.into_iter().map(|commit| commit.title));
        assert_eq!(list.truncated, list.next.is_some());
        args.after = list.next;
        if args.after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(titles, ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
    for bad in ["", "0", "x", "1+1000"] {
        let bad = ListCommitsArgs { after: Some(bad.into()), ..args.clone() };
        assert_eq!(hub.client.code(&bad).await, codes::BAD_ARGUMENTS);
    }
    let releases = ListReleasesArgs {
        repository: REPOSITORY.into(),
        after: Some("9".into()),
        ..ListReleasesArgs::default()
    };
    assert!(hub.client.call(&releases).await.unwrap().releases.is_empty());
    hub.check();
}

#[tokio::test]
async fn a_long_comparison_begins_with_the_newest() {
    let hub = Hub::new().await;
    let base = hub.double.commit("main", "begin", &[("a", Some(b"0"))]).await.unwrap();
    for n in 0..103 {
        hub.double
            .commit("main", &format!("c{n}"), &[("a", Some(format!("{n}\n").as_bytes()))])
            .await
            .unwrap();
    }
    let mut args = CompareArgs {
        repository: REPOSITORY.into(),
        base,
        head: "main".into(),
        ..CompareArgs::default()
    };
    let (mut titles, mut files) = (Vec::new(), Vec::new());
    loop {
        let part = hub.client.call(&args).await.unwrap();
        assert_eq!(part.ahead_by, 103);
        titles.extend(part.commits.into_iter().map(|commit| commit.title));
        files.push(part.files.len());
        assert_eq!(part.commits_truncated, part.next.is_some());
        args.after = part.next;
        if args.after.is_none() {
            break;
        }
    }
    let wanted: Vec<String> = (0..103).rev().map(|n| format!("c{n}")).collect();
    assert_eq!(titles, wanted);
    assert_eq!(files, [1, 0, 0], "files come with the first page");
    hub.check();
}

#[tokio::test]
async fn what_is_chosen_by_time_or_state_goes_on_where_it_stopped() {
    let hub = Hub::new().await;
    let double = &hub.double;
    let sha = double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    for n in 0..5 {
        let branch = format!("b{n}");
        double.commit(&branch, &branch, &[(branch.as_str(), Some(b"x\n"))]).await.unwrap();
        double.pull(&format!("Add {n}"), &branch).await.unwrap();
    }
    let mut args = ListPullsArgs {
        repository: REPOSITORY.into(),
        state: Some(PullState::Open),
        limit: Some(2),
        ..ListPullsArgs::default()
    };
    let (mut titles, mut pages) = (Vec::new(), 0);
    loop {
        let list = hub.client.call(&args).await.unwrap();
        titles.extend(list.pulls.into_iter().map(|pull| pull.title));
        pages += 1;
        args.after = list.next;
        if args.after.is_none() {
            break;
        }
    }
    titles.sort();
    assert_eq!((pages, titles), (3, (0..5).map(|n| format!("Add {n}")).collect()));

    for n in 0..5 {
        double.deploy(&sha, &format!("env-{n}"), &format!("2026-01-01T00:0{n}:00Z"), "success");
    }
    let mut args = ListDeploymentsArgs {
        repository: REPOSITORY.into(),
        limit: Some(2),
        ..ListDeploymentsArgs::default()
    };
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let list = hub.client.call(&args).await.unwrap();
        found.extend(list.deployments.into_iter().map(|deployment| deployment.environment));
        pages += 1;
        args.after = list.next;
        if args.after.is_none() {
            break;
        }
    }
    assert_eq!((pages, found), (3, (0..5).rev().map(|n| format!("env-{n}")).collect()));
    hub.check();
}

#[tokio::test]
async fn a_diff_of_many_files_comes_in_pages() {
    let hub = Hub::new().await;
    hub.double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    let names: Vec<String> = (0..130).map(|n| format!("f/{n:03}")).collect();
    let changes: Vec<(&str, Option<&[u8]>)> =
        names.iter().map(|name| (name.as_str(), Some(&b"x\n"[..]))).collect();
    let sha = hub.double.commit("main", "many", &changes).await.unwrap();
    let mut args =
        GetDiffArgs { repository: REPOSITORY.into(), commit: Some(sha), ..GetDiffArgs::default() };
    let first = hub.client.call(&args).await.unwrap();
    assert_eq!((first.files.len(), first.truncated), (100, true));
    args.after = first.next;
    let second = hub.client.call(&args).await.unwrap();
    assert_eq!((second.files.len(), second.truncated, second.next), (30, false, None));
    hub.check();
}
