//! Figures over a stretch of time.

use std::sync::Arc;

use evenkeel_domain::{
    Event,
    action::ActionCall,
    id::{ActionId, EvidenceId},
    object::ObjectRef,
    plan::{PlannedAction, Risk, Target, Undo},
    policy::Verdict,
    severity::Severity,
    stage::Resolution,
    verification::VerificationStatus,
};

use super::sample::{Book, World, at, closed, empty_plan, world};
use crate::{Store, incidents::Figures};

pub(super) async fn nothing_gives_no_medians<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let figures = store.figures(world.organisation, at(0)).await.unwrap();
    assert_eq!(figures, Figures::default(), "I8: no median of nothing");
}

/// Opened at second `n`, planned at `planned`.
async fn planned(store: &impl Store, world: &World, n: u64, planned: i64) -> Book {
    let mut book = world.open(store, n, Severity::Warning).await;
    book.plan(store, planned).await;
    book
}

/// A fix that is applied, does not work, and is taken back at `second`.
async fn undone(store: &impl Store, world: &World, n: u64, second: i64) {
    let mut book = world.open(store, n, Severity::Warning).await;
    let mut plan = empty_plan(second);
    let id = ActionId::from_parts(1, 1);
    let target = Target {
        object: ObjectRef::deployment("shop", "checkout"),
        uid: "1".into(),
        generation: Some(1),
        replicas: Some(1),
        seen_in: EvidenceId::from_parts(1, 1),
    };
    let undo = Undo::By { call: ActionCall::RolloutRestart };
    plan.actions.push(PlannedAction {
        id,
        call: ActionCall::RolloutRestart,
        target: target.clone(),
        risk: Risk { score: 1, reasons: Vec::new() },
        diff: String::new(),
        dry_run: EvidenceId::from_parts(1, 2),
        undo: undo.clone(),
    });
    book.plan_with(store, second, &plan).await;
    book.judge(store, second, &plan, Verdict::Allow).await;
    let note = String::new();
    let events = vec![
        Event::ActionIntended { action: id, precondition: target, undo },
        Event::ActionApplied { action: id, note: note.clone(), generation: None },
        Event::VerificationStarted {},
        Event::VerificationConcluded {
            status: VerificationStatus::Failed,
            summary: note.clone(),
            figures: Vec::new(),
            series: Vec::new(),
        },
        Event::UndoStarted { reason: note.clone() },
        Event::UndoIntended { action: id, stamp: ActionId::from_parts(1, 2) },
        Event::UndoApplied { action: id, note },
        closed(Resolution::Undone),
    ];
    book.store(store, second, events).await;
}

pub(super) async fn figures_count_what_happened_in_the_stretch<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    // Before the stretch in every respect.
    planned(&*store, &world, 1, 2).await.close(&*store, 3, Resolution::Resolved).await;
    // Opened and planned before it, resolved in it after 100 s, without a person.
    planned(&*store, &world, 10, 12).await.close(&*store, 110, Resolution::Resolved).await;
    // All in it; a person was asked; 20 s to the plan, 40 s to recovery.
    let mut asked = world.open(&*store, 200, Severity::Warning).await;
    let plan = asked.plan(&*store, 220).await;
    asked.ask(&*store, 221, &plan).await;
    asked.close(&*store, 240, Resolution::Resolved).await;
    // Ended by itself: opened, never planned, not resolved by us.
    let mut alone = world.open(&*store, 300, Severity::Warning).await;
    alone.close(&*store, 310, Resolution::SelfResolved).await;
    // Taken back; 10 s to the plan.
    undone(&*store, &world, 400, 410).await;

    let figures = store.figures(world.organisation, at(100)).await.unwrap();
    let expected = Figures {
        opened: 3,
        resolved: 2,
        without_person: 1,
        undone: 1,
        median_to_plan_s: Some(15.0),
        median_to_recovery_s: Some(70.0),
    };
    assert_eq!(figures, expected);
    let whole = store.figures(world.organisation, at(0)).await.unwrap();
    assert_eq!((whole.opened, whole.resolved, whole.median_to_recovery_s), (5, 3, Some(40.0)));
    let later = store.figures(world.organisation, at(1_000)).await.unwrap();
    assert_eq!(later, Figures::default());
}
