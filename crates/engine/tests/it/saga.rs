//! For every action of the catalogue: each step twice, failure at each step unwinds, undo twice.

use evenkeel_domain::action::ActionKind;

use super::{
    cluster::Mishap,
    drive::{Driven, over},
    plans::{plan, with_undo},
};

/// Ways in which it is not known whether a write was applied.
const DOUBTS: [Mishap; 4] =
    [Mishap::AnswerLost, Mishap::RequestLost, Mishap::CrashBefore, Mishap::CrashAfter];

#[tokio::test(start_paused = true)]
async fn i2_each_step_twice_is_done_once() {
    let plan = plan(&ActionKind::ALL);
    for step in 0..plan.actions.len() {
        for doubt in DOUBTS {
            let run = Driven::new(over(&plan).with(step, doubt));
            let state = run.to_the_end().await;
            let what = format!("{doubt:?} at {:?}", plan.actions[step].call);
            assert_eq!(state.status(), "resolved", "{what}: {:?}", run.names());
            run.cluster.nothing_twice();
            let accepted: Vec<_> = run.cluster.accepted().iter().map(|(id, _)| *id).collect();
            let planned: Vec<_> = plan.actions.iter().map(|action| action.id).collect();
            assert_eq!(accepted, planned, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_at_each_step_takes_back_what_was_done_before() {
    let kinds: Vec<_> = with_undo().into_iter().filter(|kind| !kind.is_code()).collect();
    let plan = plan(&kinds);
    for step in 0..kinds.len() {
        let run = Driven::new(over(&plan).with(step, Mishap::Refused));
        let state = run.to_the_end().await;
        assert!(run.cluster.is_as_before(), "step {step}: {:?}", run.cluster.accepted());
        run.cluster.nothing_twice();
        // Before anything was done there is nothing to take back, and people are told.
        let wanted = if step == 0 { "escalated" } else { "undone" };
        assert_eq!(state.status(), wanted, "step {step}: {:?}", run.names());
        let objects = run.cluster.accepted();
        let (done, undone) = objects.split_at(step);
        let backwards: Vec<_> = done.iter().rev().map(|(_, object)| object).collect();
        let taken: Vec<_> = undone.iter().map(|(_, object)| object).collect();
        assert_eq!(taken, backwards, "in reverse order");
    }
}

#[tokio::test(start_paused = true)]
async fn i2_each_undo_twice_is_done_once() {
    let kinds = with_undo();
    let plan = plan(&kinds);
    for step in 0..kinds.len() {
        for doubt in DOUBTS {
            // The writes come first, then the undos, last action first.
            let run = Driven::new(over(&plan).mends_nothing().with(kinds.len() + step, doubt));
            let state = run.to_the_end().await;
            assert_eq!(state.status(), "undone", "{doubt:?} at undo {step}: {:?}", run.names());
            assert!(run.cluster.is_as_before(), "{:?}", run.cluster.accepted());
            run.cluster.nothing_twice();
            assert_eq!(run.cluster.accepted().len(), 2 * kinds.len());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_is_refused_goes_to_people_as_failed() {
    let kinds = with_undo();
    let plan = plan(&kinds);
    // Undone is in reverse; what is refused in the code stays there, and is no reason to stop.
    let code = kinds.iter().rev().take_while(|kind| kind.is_code()).count();
    let first = kinds.len() + code;
    let run = Driven::new(over(&plan).mends_nothing().with(first, Mishap::Refused));
    let state = run.to_the_end().await;
    assert_eq!(state.status(), "failed");
    assert_eq!(run.journal.count(run.incident(), "undo_failed"), 1);
}

#[tokio::test(start_paused = true)]
async fn i2_a_busy_cluster_is_asked_again_when_it_wants_to_be_and_not_before() {
    let kinds = with_undo();
    let plan = plan(&kinds);
    // Twice at the first write, once at the first undo.
    let first_undo = kinds.len() + 2;
    let cluster = over(&plan)
        .mends_nothing()
        .with(0, Mishap::Busy(20))
        .with(1, Mishap::Busy(30))
        .with(first_undo, Mishap::Busy(40));
    let run = Driven::new(cluster);
    let state = run.to_the_end().await;
    assert_eq!(state.status(), "undone", "{:?}", run.names());
    run.cluster.nothing_twice();
    assert_eq!(run.cluster.accepted().len(), 2 * kinds.len());
    let incident = run.incident();
    assert_eq!(run.journal.count(incident, "action_not_applied"), 2);
    assert_eq!(run.journal.count(incident, "undo_not_applied"), 1);
    // Every attempt has an intent of its own, so that it is looked for as long as it may arrive.
    assert_eq!(run.journal.count(incident, "action_intended"), kinds.len() + 2);
    let times: Vec<_> = run
        .journal
        .journal(incident)
        .iter()
        .filter(|entry| entry.event.name() == "action_intended")
        .map(|entry| entry.at.as_second())
        .collect();
    assert!(times[1] - times[0] >= 20 && times[2] - times[1] >= 30, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_stays_busy_goes_to_people() {
    let plan = plan(&[ActionKind::Scale]);
    let busy = (0..9).fold(over(&plan), |cluster, n| cluster.with(n, Mishap::Busy(25)));
    let run = Driven::new(busy);
    let state = run.to_the_end().await;
    assert_eq!(state.status(), "escalated", "{:?}", run.names());
    assert_eq!(run.cluster.accepted().len(), 0);
}
