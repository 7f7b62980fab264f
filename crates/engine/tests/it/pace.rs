//! Steps end: by their deadline, or because the process stops.

use std::time::Duration;

use evenkeel_domain::action::ActionKind;
use evenkeel_engine::{desk::DeskError, journal::Wake};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    cluster::Mishap,
    drive::{Driven, over},
    plans::plan,
};

#[tokio::test(start_paused = true)]
async fn a_step_in_the_middle_of_waiting_is_cut_off_when_the_process_stops() {
    // A lost request is looked for until it can no longer arrive: a step of some ten seconds.
    let run = Driven::new(over(&plan(&[ActionKind::Scale])).with(0, Mishap::RequestLost));
    let cancel = CancellationToken::new();
    let desk = run.desk(cancel.clone()).await;
    let runner = run.runner();
    let running = runner.run(&desk);
    tokio::pin!(running);
    assert!(timeout(Duration::from_secs(3), &mut running).await.is_err(), "it waits");
    assert_eq!(run.names().last(), Some(&"action_intended"));
    let (asked, began) = (Instant::now(), run.names().len());
    cancel.cancel();
    let ended = running.await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert!(matches!(ended, Err(DeskError::Stopping { .. })), "{ended:?}");
    assert_eq!(run.names().len(), began, "a step that is cut off says nothing");
    // Whoever comes next finds the write in doubt and concludes it.
    assert_eq!(run.to_the_end().await.status(), "resolved");
    run.cluster.nothing_twice();
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_asked_to_stop_between_steps_gives_way_at_once() {
    let run = Driven::new(over(&plan(&[ActionKind::Scale])));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let desk = run.desk(cancel).await;
    let ended = run.runner().run(&desk).await;
    assert!(matches!(ended, Ok((Wake::At(_), _))), "{ended:?}");
    assert_eq!(run.to_the_end().await.status(), "resolved");
}
