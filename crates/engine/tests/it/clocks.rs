//! A wall clock that is set forward or back at any moment: nothing is done twice, and everything
//! comes to an end, two hours back as soon as not at all.

use evenkeel_domain::action::ActionKind;
use tokio::time::Instant;

use super::{
    cluster::{Cluster, Mishap},
    drive::{Driven, over},
    plans::{plan, with_undo},
};

/// Seconds.
const JUMPS: [i64; 3] = [-120, -7_200, 7_200];

/// Runs it once for each moment at which the time is asked, with a jump there.
async fn at_each_moment(cluster: impl Fn() -> Cluster, check: impl Fn(&Driven, &str)) {
    let straight = Driven::new(cluster());
    let began = Instant::now();
    straight.to_the_end().await;
    let took = began.elapsed();
    for question in 0..straight.asked_the_time() {
        for by in JUMPS {
            let run = Driven::with_jump(cluster(), question, by);
            let began = Instant::now();
            let state = run.to_the_end().await;
            // A write in doubt may be looked for once more to its limit, a hold begin once more.
            assert!(began.elapsed() <= took * 2, "{by} s at {question}: {:?}", began.elapsed());
            run.cluster.nothing_twice();
            check(&run, state.status());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i2_a_clock_that_jumps_makes_nothing_happen_twice() {
    let plan = plan(&ActionKind::ALL);
    let doubtful = || over(&plan).with(1, Mishap::CrashAfter).with(3, Mishap::RequestLost);
    at_each_moment(doubtful, |run, status| {
        assert_eq!(status, "resolved", "{:?}", run.names());
        assert_eq!(run.cluster.accepted().len(), plan.actions.len());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_does_not_keep_a_fix_that_failed() {
    let plan = plan(&with_undo());
    at_each_moment(
        || over(&plan).mends_nothing(),
        |run, status| {
            assert_eq!(status, "undone", "{:?}", run.names());
            assert!(run.cluster.is_as_before());
        },
    )
    .await;
}
