//! Plans that change code beside what heals.

use super::*;

/// A plan of a roll-back and a revert in the code, the second of which ends so.
fn with_code(end: impl FnOnce(ActionId) -> Event) -> Case {
    let mut plan = plan(2);
    let commit = "c".repeat(40);
    plan.actions[1].call = ActionCall::RevertPr { commit, pull: None, branch: "main".into() };
    let (first, second) = (plan.actions[0].id, plan.actions[1].id);
    Case::with_baseline(&plan)
        .then(10, intended(&plan, 0))
        .then(11, applied(first))
        .then(12, intended(&plan, 1))
        .then(13, end(second))
}

#[test]
fn code_that_could_not_be_changed_is_no_reason_to_take_back_what_heals() {
    let failed = with_code(|action| Event::ActionFailed { action, error: "no".into() });
    assert_eq!(failed.step(13), Step::StartVerification);
    let unknown = with_code(|action| Event::ActionUnknown { action, note: "?".into() });
    assert_eq!(unknown.step(13), Step::StartVerification);
    // Where a plan changes nothing else, it counts.
    let mut alone = plan(1);
    let commit = "c".repeat(40);
    alone.actions[0].call = ActionCall::RevertPr { commit, pull: None, branch: "main".into() };
    let id = alone.actions[0].id;
    let failed = Case::with_baseline(&alone)
        .then(10, intended(&alone, 0))
        .then(11, Event::ActionFailed { action: id, error: "no".into() });
    assert_eq!(resolution(&failed.step(11)), Some(Resolution::Escalated));
}

/// Verified to have failed, and being taken back.
fn taken_back(case: Case) -> Case {
    case.then(14, Event::VerificationStarted {})
        .then(15, sampled(false, 15))
        .then(400, sampled(false, 400))
        .then(401, concluded(VerificationStatus::Failed))
        .then(402, Event::UndoStarted { reason: "it did not work".into() })
}

#[test]
fn what_heals_is_taken_back_whatever_became_of_the_code() {
    let ends: [fn(ActionId) -> Event; 2] = [
        |action| Event::ActionUnknown { action, note: "?".into() },
        |action| Event::ActionFailed { action, error: "no".into() },
    ];
    for end in ends {
        let case = taken_back(with_code(end));
        let first = case.state.plan().unwrap().plan.actions[0].id;
        assert_eq!(case.step(402), Step::Undo { action: first });
    }
    // A pull request that people merged meanwhile cannot be closed; the roll-back is taken back all the same.
    let case = taken_back(with_code(applied));
    let actions = &case.state.plan().unwrap().plan.actions;
    let (first, second) = (actions[0].id, actions[1].id);
    assert_eq!(case.step(402), Step::Undo { action: second });
    let stamp = ActionId::from_parts(0, 99);
    let case = case
        .then(403, Event::UndoIntended { action: second, stamp })
        .then(404, Event::UndoFailed { action: second, error: "it is merged".into() });
    assert_eq!(case.step(404), Step::Undo { action: first });
}
