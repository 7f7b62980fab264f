//! The writes: dry run, stamp, conflict, repeat, merge, close.

use evenkeel_lab::github::{MergeMethod, Trouble};
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{
    ClosePrArgs, CommentPrArgs, FindActionArgs, MergePrArgs, PullState, RevertPrArgs,
};
use serde_json::json;

use super::{Hub, REPOSITORY, lines};

fn revert(commit: &str, pull: Option<u64>, id: &str) -> RevertPrArgs {
    RevertPrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        commit: commit.into(),
        pull,
        branch: None,
        reason: Some("errors rose <!-- evenkeel-action: other -->".into()),
        action_id: id.into(),
        dry_run: false,
    }
}

fn merge_of(opened_by: &str, commit: &str, id: &str) -> MergePrArgs {
    MergePrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        number: None,
        expected_head: None,
        opened_by: Some(opened_by.into()),
        revert_of: Some(commit.into()),
        method: None,
        action_id: id.into(),
        dry_run: false,
    }
}

fn find(id: &str) -> FindActionArgs {
    FindActionArgs { repository: REPOSITORY.into(), action_id: id.into() }
}

/// A file of ten lines; a commit that changes the third, and one after it that changes the last.
async fn pushed() -> (Hub, String) {
    let hub = Hub::new().await;
    hub.double.commit("main", "begin", &[("a.txt", Some(&lines(&[])))]).await.unwrap();
    let bad = hub
        .double
        .commit("main", "bad", &[("a.txt", Some(&lines(&[(3, "broken")])))])
        .await
        .unwrap();
    let later = lines(&[(3, "broken"), (10, "later")]);
    hub.double
        .commit("main", "later", &[("a.txt", Some(&later)), ("b.txt", Some(b"b\n"))])
        .await
        .unwrap();
    (hub, bad)
}

#[tokio::test]
async fn a_pushed_commit_is_taken_back_and_what_came_later_stays() {
    let (hub, bad) = pushed().await;
    let dry = RevertPrArgs { dry_run: true, ..revert(&bad, None, "a1") };
    let told = hub.client.call(&dry).await.unwrap();
    assert!(!told.applied && told.pull.is_none());
    assert!(told.diff.contains("-broken\n+line 3\n"), "{}", told.diff);
    assert_eq!(hub.count("POST"), 0, "a dry run writes nothing");
    assert!(!hub.client.call(&find("a1")).await.unwrap().applied);

    let done = hub.client.call(&revert(&bad, None, "a1")).await.unwrap();
    let pull = done.pull.unwrap();
    assert_eq!((done.applied, done.already_applied, done.as_reckoned), (true, false, Some(true)));
    assert_eq!(pull.head, "evenkeel/revert-a1");
    assert_eq!(hub.double.file(&pull.head_sha, "a.txt").await.unwrap(), lines(&[(10, "later")]));
    assert_eq!(hub.double.file(&pull.head_sha, "b.txt").await.unwrap(), b"b\n");

    // I2: a repeat finds it.
    let again = hub.client.call(&revert(&bad, None, "a1")).await.unwrap();
    assert!(again.already_applied);
    assert_eq!(again.pull.unwrap().number, pull.number);
    assert_eq!(hub.double.pulls(), (1, 1));
    let found = hub.client.call(&find("a1")).await.unwrap();
    assert!(found.applied && found.complete);
    assert!(
        !hub.client.call(&find("other")).await.unwrap().applied,
        "a reason can't forge a stamp"
    );
    hub.check();
}

#[tokio::test]
async fn a_pull_request_is_reverted_by_github_itself_and_held_to_what_was_reckoned() {
    for method in [MergeMethod::Merge, MergeMethod::Squash, MergeMethod::Rebase] {
        let hub = Hub::new().await;
        let double = &hub.double;
        double.commit("main", "begin", &[("a.txt", Some(&lines(&[])))]).await.unwrap();
        double.commit("work", "one", &[("a.txt", Some(&lines(&[(2, "x")])))]).await.unwrap();
        double
            .commit("work", "two", &[("a.txt", Some(&lines(&[(2, "x"), (8, "y")])))])
            .await
            .unwrap();
        let number = double.pull("Bad change", "work").await.unwrap();
        let sha = double.merge(number, method).await.unwrap();
        double.commit("main", "later", &[("c.txt", Some(b"c\n"))]).await.unwrap();
        let done = hub.client.call(&revert(&sha, Some(number), "a1")).await.unwrap();
        assert_eq!(done.as_reckoned, Some(true), "{method:?}");
        let pull = done.pull.unwrap();
        assert_eq!(double.file(&pull.head_sha, "a.txt").await.unwrap(), lines(&[]), "{method:?}");
        assert_eq!(hub.count("POST /graphql"), 1);
        assert_eq!(hub.count("POST /repos"), 0, "GitHub makes branch and commit");
        let again = hub.client.call(&revert(&sha, Some(number), "a1")).await.unwrap();
        assert!(again.already_applied);
        hub.check();
    }
}

#[tokio::test]
async fn later_commits_to_the_same_lines_are_a_conflict_and_nothing_is_written() {
    let (hub, bad) = pushed().await;
    let mended = lines(&[(3, "mended otherwise")]);
    hub.double.commit("main", "mend", &[("a.txt", Some(&mended))]).await.unwrap();
    for dry_run in [true, false] {
        let args = RevertPrArgs { dry_run, ..revert(&bad, None, "a1") };
        let failure = hub.client.call(&args).await.unwrap_err();
        assert_eq!(failure.code, codes::GITHUB_CONFLICT);
        assert!(failure.message.contains("a.txt was changed since"), "{}", failure.message);
    }
    // Taken back by somebody else meanwhile: nothing is left to do.
    hub.double.commit("main", "undo", &[("a.txt", Some(&lines(&[])))]).await.unwrap();
    let failure = hub.client.call(&revert(&bad, None, "a1")).await.unwrap_err();
    assert_eq!(failure.code, codes::GITHUB_CONFLICT);
    assert_eq!(hub.count("POST"), 0);
    hub.check();
}

#[tokio::test]
async fn what_is_not_on_the_branch_or_was_not_brought_by_that_pull_request_is_refused() {
    let (hub, bad) = pushed().await;
    let aside = hub.double.commit("aside", "aside", &[("x", Some(b"1"))]).await.unwrap();
    assert_eq!(hub.client.code(&revert(&aside, None, "a1")).await, codes::GITHUB_INVALID);
    let number = hub.double.pull("Aside", "aside").await.unwrap();
    assert_eq!(hub.client.code(&revert(&bad, Some(number), "a1")).await, codes::BAD_ARGUMENTS);
    assert_eq!(
        hub.client.code(&revert(&"0".repeat(40), None, "a1")).await,
        codes::GITHUB_NOT_FOUND
    );
    let other = RevertPrArgs { expected_repository_id: Some(1), ..revert(&bad, None, "a1") };
    assert_eq!(hub.client.code(&other).await, codes::GITHUB_DRIFTED);
    assert_eq!(hub.client.code(&revert(&bad, None, "../../x")).await, codes::BAD_ARGUMENTS);
    hub.double.archive();
    assert_eq!(hub.client.code(&revert(&bad, None, "a1")).await, codes::GITHUB_INVALID);
    assert_eq!(hub.count("POST"), 0);
    hub.check();
}

#[tokio::test]
async fn i2_a_call_that_broke_off_after_its_branch_is_taken_up_again() {
    let (hub, bad) = pushed().await;
    // The branch is made, but the answer to that is lost.
    let first =
        Trouble { on: "/git/refs".into(), status: 0, headers: Vec::new(), body: String::new() };
    hub.double.trouble(first);
    let failure = hub.client.call(&revert(&bad, None, "a1")).await.unwrap_err();
    assert_eq!(failure.code, codes::GITHUB_UNREACHABLE);
    assert!(hub.double.resolve("evenkeel/revert-a1").await.is_some(), "the branch was made");
    assert!(!hub.client.call(&find("a1")).await.unwrap().applied, "no pull request yet");
    let done = hub.client.call(&revert(&bad, None, "a1")).await.unwrap();
    assert!(done.applied && !done.already_applied);
    assert_eq!(hub.double.pulls(), (1, 1));
    hub.check();
}

#[tokio::test]
async fn a_revert_is_merged_while_it_is_exactly_the_revert() {
    let (hub, bad) = pushed().await;
    // Before it is opened a dry run tells what it would be.
    let dry = MergePrArgs { dry_run: true, ..merge_of("a1", &bad, "m1") };
    let told = hub.client.call(&dry).await.unwrap();
    assert!(told.pull.is_none() && told.diff.contains("+line 3"));
    assert_eq!(hub.client.code(&merge_of("a1", &bad, "m1")).await, codes::GITHUB_NOT_FOUND);
    hub.client.call(&revert(&bad, None, "a1")).await.unwrap();
    let done = hub.client.call(&merge_of("a1", &bad, "m1")).await.unwrap();
    assert_eq!(done.pull.unwrap().state, PullState::Merged);
    assert_eq!(hub.double.file("main", "a.txt").await.unwrap(), lines(&[(10, "later")]));
    let again = hub.client.call(&merge_of("a1", &bad, "m1")).await.unwrap();
    assert!(again.already_applied);
    assert!(hub.client.call(&find("m1")).await.unwrap().applied, "the merge carries its stamp");
    assert_eq!(hub.client.code(&merge_of("a1", &bad, "m2")).await, codes::GITHUB_DRIFTED);
    assert_eq!(hub.count("PUT"), 1);
    hub.check();
}

#[tokio::test]
async fn a_revert_that_somebody_added_to_is_not_merged() {
    let (hub, bad) = pushed().await;
    hub.client.call(&revert(&bad, None, "a1")).await.unwrap();
    hub.double.commit("evenkeel/revert-a1", "one more", &[("evil.txt", Some(b"x"))]).await.unwrap();
    assert_eq!(hub.client.code(&merge_of("a1", &bad, "m1")).await, codes::GITHUB_DRIFTED);
    assert_eq!(hub.count("PUT"), 0);
    hub.check();
}

#[tokio::test]
async fn the_branch_s_rules_are_told_before_and_kept() {
    let (hub, bad) = pushed().await;
    hub.double.rules(vec![json!({"type": "pull_request", "parameters": {"required_approving_review_count": 2, "dismiss_stale_reviews_on_push": false, "require_code_owner_review": true, "require_last_push_approval": false, "required_review_thread_resolution": false}}), json!({"type": "deletion"})]);
    let told =
        hub.client.call(&RevertPrArgs { dry_run: true, ..revert(&bad, None, "a1") }).await.unwrap();
    assert_eq!(told.merge_needs, ["2 approving reviews"]);
    hub.client.call(&revert(&bad, None, "a1")).await.unwrap();
    assert_eq!(hub.client.code(&merge_of("a1", &bad, "m1")).await, codes::GITHUB_PROTECTED);
    hub.check();
}

#[tokio::test]
async fn by_number_a_merge_is_held_to_the_newest_commit() {
    let hub = Hub::new().await;
    hub.double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    let seen = hub.double.commit("work", "x", &[("b", Some(b"1\n"))]).await.unwrap();
    let number = hub.double.pull("Work", "work").await.unwrap();
    let merge = |head: &str| MergePrArgs {
        number: Some(number),
        expected_head: Some(head.into()),
        opened_by: None,
        revert_of: None,
        ..merge_of("", "", "m1")
    };
    let unseen = hub.double.commit("work", "y", &[("b", Some(b"2\n"))]).await.unwrap();
    assert_eq!(hub.client.code(&merge(&seen)).await, codes::GITHUB_DRIFTED);
    assert_eq!(
        hub.client.code(&MergePrArgs { expected_head: None, ..merge(&seen) }).await,
        codes::BAD_ARGUMENTS
    );
    let dry = hub.client.call(&MergePrArgs { dry_run: true, ..merge(&unseen) }).await.unwrap();
    assert!(!dry.applied);
    assert!(hub.client.call(&merge(&unseen)).await.unwrap().applied);
    hub.check();
}

#[tokio::test]
async fn closing_and_commenting_leave_their_stamp_once() {
    let (hub, bad) = pushed().await;
    let number = hub.client.call(&revert(&bad, None, "a1")).await.unwrap().pull.unwrap().number;
    let comment = CommentPrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        number,
        text: "it did not help".into(),
        action_id: "c1".into(),
        dry_run: false,
    };
    assert!(!hub.client.call(&comment).await.unwrap().already_applied);
    assert!(hub.client.call(&comment).await.unwrap().already_applied);
    assert_eq!(hub.count("POST /repos/acme/shop/issues"), 1);
    let close = ClosePrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        number: None,
        opened_by: Some("a1".into()),
        action_id: "u1".into(),
        dry_run: false,
    };
    let dry = hub.client.call(&ClosePrArgs { dry_run: true, ..close.clone() }).await.unwrap();
    assert!(!dry.applied);
    let done = hub.client.call(&close).await.unwrap();
    assert_eq!(done.pull.unwrap().state, PullState::Closed);
    assert!(hub.client.call(&close).await.unwrap().already_applied);
    assert!(hub.client.call(&find("u1")).await.unwrap().applied);
    assert!(hub.client.call(&find("a1")).await.unwrap().applied, "what opened it is still told");
    hub.check();
}

#[tokio::test]
async fn i7_a_stamp_on_a_pull_request_from_a_fork_counts_for_nothing() {
    let (hub, bad) = pushed().await;
    hub.double.commit("fork", "x", &[("evil", Some(b"1"))]).await.unwrap();
    hub.double.pull_from_fork("Evil", "<!-- evenkeel-action: a1 -->", "fork").await.unwrap();
    assert!(!hub.client.call(&find("a1")).await.unwrap().applied);
    assert_eq!(hub.client.code(&merge_of("a1", &bad, "m1")).await, codes::GITHUB_NOT_FOUND);
    hub.check();
}
