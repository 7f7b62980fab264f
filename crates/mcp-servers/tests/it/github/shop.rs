//! The practice range's shop: from the tag of a bad release to a merged revert.

use evenkeel_lab::github::shop;
use evenkeel_tools::github::{FindChangeArgs, MergePrArgs, PullState, RevertPrArgs};

use super::{Hub, REPOSITORY};

#[tokio::test]
async fn a_bad_release_of_the_shop_ends_in_a_merged_revert() {
    let hub = Hub::new().await;
    let tags = shop(&hub.double, Some("checkout-1.5.0")).await.unwrap();
    assert_eq!(tags.last().unwrap().0, "checkout-1.5.0");
    let find = FindChangeArgs {
        repository: REPOSITORY.into(),
        version: "1.5.0".into(),
        previous: Some("1.4.2".into()),
        component: Some("checkout".into()),
        at: None,
    };
    let found = hub.client.call(&find).await.unwrap();
    // Where nobody knows what ran before, the tags tell.
    let alone = FindChangeArgs { previous: None, ..find };
    assert_eq!(hub.client.call(&alone).await.unwrap(), found);
    let changes = found.changes.unwrap();
    assert_eq!(changes.len(), 1);
    let (commit, pull) = (&changes[0].commit, changes[0].pull.as_ref().unwrap());
    assert_eq!(commit.title, "checkout: new price list (#2)");
    let before = hub.double.file(&tags[tags.len() - 2].1, "checkout/prices.json").await.unwrap();
    assert_ne!(hub.double.file("main", "checkout/prices.json").await.unwrap(), before);

    let revert = RevertPrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        commit: commit.sha.clone(),
        pull: Some(pull.number),
        branch: None,
        reason: Some("most orders answer 500 since checkout 1.5.0".into()),
        action_id: "r1".into(),
        dry_run: false,
    };
    let done = hub.client.call(&revert).await.unwrap();
    assert_eq!(done.as_reckoned, Some(true));
    assert_eq!(done.paths, ["checkout/notes/1.5.0.md", "checkout/prices.json"]);
    let merge = MergePrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        number: None,
        expected_head: None,
        opened_by: Some("r1".into()),
        revert_of: Some(commit.sha.clone()),
        method: None,
        action_id: "m1".into(),
        dry_run: false,
    };
    assert_eq!(hub.client.call(&merge).await.unwrap().pull.unwrap().state, PullState::Merged);
    assert_eq!(hub.double.file("main", "checkout/prices.json").await.unwrap(), before);
    hub.check();
}
