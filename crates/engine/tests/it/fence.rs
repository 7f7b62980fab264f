//! A worker that slept for longer than its lease, in the worst moment: the intent is written down,
//! the write not yet sent, and somebody else has carried on meanwhile.

use evenkeel_engine::desk::DeskError;
use tokio_util::sync::CancellationToken;

use super::{
    drive::{Driven, over},
    plans::{plan, with_undo},
};

async fn overtaken_after(event: &'static str) {
    let kinds = with_undo();
    let plan = plan(&kinds);
    for nth in 1..=kinds.len() {
        let run = Driven::new(over(&plan).mends_nothing());
        run.journal.overtake_after(event, nth);
        let runner = run.runner();
        // Lives of the first worker, up to the one in which it is overtaken.
        let lost = loop {
            let desk = run.desk(CancellationToken::new()).await;
            match runner.run(&desk).await {
                Ok(_) => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
                Err(lost) => break lost,
            }
        };
        assert!(lost.lease_lost(), "{event} {nth}: {lost:?}");
        assert!(matches!(lost, DeskError::Journal(_)));
        let incident = run.incident();
        let intended = run.journal.count(incident, "action_intended")
            + run.journal.count(incident, "undo_intended");
        let accepted = run.cluster.accepted().len();
        assert_eq!(accepted, intended - 1, "it woke up and wrote nothing to the cluster");
        assert_eq!(run.names().last(), Some(&event), "nor to the journal");
        // Who carries on finds the write in doubt, looks, and brings it to its end.
        let state = run.to_the_end().await;
        assert_eq!(state.status(), "undone", "{event} {nth}: {:?}", run.names());
        run.cluster.nothing_twice();
        assert!(run.cluster.is_as_before());
        assert_eq!(run.cluster.accepted().len(), 2 * kinds.len());
    }
}

#[tokio::test(start_paused = true)]
async fn i2_a_worker_that_wakes_after_its_lease_changes_nothing_in_the_cluster() {
    overtaken_after("action_intended").await;
}

#[tokio::test(start_paused = true)]
async fn i2_nor_does_one_that_was_about_to_take_something_back() {
    overtaken_after("undo_intended").await;
}
