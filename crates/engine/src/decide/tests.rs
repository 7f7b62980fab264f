//! The table: a journal, and the step that must follow from it.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Event,
    access::Role,
    action::ActionCall,
    alert::{Alert, AlertStatus, Trigger},
    approval::{ApprovalRequest, Signature},
    cluster::Environment,
    id::{
        ApprovalId, ClusterId, EvidenceId, HypothesisId, IncidentId, OrganisationId, PlanId, UserId,
    },
    journal::Opening,
    object::ObjectRef,
    plan::{Plan, PlanHash, PlannedAction, Risk, Target, VerificationWindow},
    policy::{ActionDecision, PlanDecision, Reason},
    predicate::Predicate,
    severity::Severity,
    verification::{Measured, Reading},
};

use super::*;
use crate::chain;

mod code;

const ROUNDS: u8 = 3;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A journal under construction: every event is checked as the runner would.
struct Case {
    entries: Vec<evenkeel_domain::Entry>,
    state: IncidentState,
}

impl Case {
    fn new() -> Self {
        let opening = Opening {
            organisation: OrganisationId::from_parts(0, 1),
            cluster: ClusterId::from_parts(0, 1),
            cluster_name: "c".into(),
            environment: Environment::Production,
            trigger: Trigger::Alert,
            group_key: "g".into(),
            title: "t".into(),
            severity: Severity::Critical,
            alerts: vec![alert(AlertStatus::Firing)],
        };
        let events = vec![Event::Opened { opening: Box::new(opening) }];
        let id = IncidentId::from_parts(0, 1);
        let entries = chain::chain(id, 0, chain::GENESIS, at(0), events).unwrap();
        let state = IncidentState::fold(&entries).unwrap().unwrap();
        Self { entries, state }
    }

    fn then(mut self, second: i64, event: Event) -> Self {
        let state = &self.state;
        let more = chain::chain(state.id, state.seq, &state.head, at(second), vec![event]).unwrap();
        for entry in &more {
            self.state.apply(entry).unwrap();
        }
        self.entries.extend(more);
        self
    }

    fn step(&self, second: i64) -> Step {
        decide(&self.state, at(second), ROUNDS)
    }

    fn observed() -> Self {
        Self::new()
            .then(
                1,
                Event::ObserveStarted {
                    round: 1,
                    specialists: vec![Specialist::Kubernetes],
                    reason: String::new(),
                },
            )
            .then(
                2,
                Event::SpecialistConcluded {
                    specialist: Specialist::Kubernetes,
                    round: 1,
                    summary: String::new(),
                },
            )
            .then(3, Event::ObserveConcluded { round: 1 })
    }

    fn planned(plan: &Plan) -> Self {
        Self::observed()
            .then(4, oriented(1, vec![]))
            .then(5, Event::Planned { plan: Box::new(plan.clone()), hash: plan.hash().unwrap() })
    }

    fn judged(plan: &Plan, verdict: Verdict) -> Self {
        Self::planned(plan).then(6, Event::Judged { decision: decision(plan, verdict) })
    }

    fn awaiting(plan: &Plan) -> Self {
        Self::judged(plan, Verdict::NeedsApproval)
            .then(7, Event::ApprovalRequested { request: request(plan) })
    }

    fn acting(plan: &Plan) -> Self {
        Self::awaiting(plan).then(8, signed(plan.hash().unwrap(), 1))
    }

    fn with_baseline(plan: &Plan) -> Self {
        Self::acting(plan).then(9, Event::BaselineRecorded { readings: readings(false, 9) })
    }

    fn verifying(plan: &Plan) -> Self {
        let id = plan.actions[0].id;
        Self::with_baseline(plan)
            .then(10, intended(plan, 0))
            .then(11, applied(id))
            .then(12, Event::VerificationStarted {})
    }
}

fn alert(status: AlertStatus) -> Alert {
    Alert {
        fingerprint: "f".into(),
        status,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        starts_at: at(0),
        ends_at: None,
        generator_url: None,
    }
}

fn resolved() -> Event {
    Event::AlertsNoted { alerts: vec![alert(AlertStatus::Resolved)] }
}

fn oriented(round: u8, again: Vec<Specialist>) -> Event {
    Event::Oriented { round, hypotheses: vec![], again, reason: String::new() }
}

fn plan(actions: u128) -> Plan {
    let object = ObjectRef::deployment("shop", "checkout");
    let evidence = EvidenceId::from_parts(0, 1);
    Plan {
        id: PlanId::from_parts(0, 1),
        hypothesis: HypothesisId::from_parts(0, 1),
        summary: "s".into(),
        actions: (1..=actions)
            .map(|n| PlannedAction {
                id: ActionId::from_parts(0, n),
                call: ActionCall::RolloutUndo { to_revision: 1 },
                target: Target {
                    object: object.clone(),
                    uid: "u".into(),
                    generation: Some(2),
                    replicas: Some(3),
                    seen_in: evidence,
                },
                risk: Risk { score: 7, reasons: vec![] },
                diff: String::new(),
                dry_run: evidence,
                undo: Undo::By { call: ActionCall::RolloutUndo { to_revision: 2 } },
            })
            .collect(),
        predicates: vec![Predicate::RolloutComplete { object }],
        window: VerificationWindow { hold_s: 30, within_s: 300, every_s: 5 },
        figure: None,
        made_at: at(5),
    }
}

fn decision(plan: &Plan, verdict: Verdict) -> PlanDecision {
    PlanDecision {
        plan: plan.hash().unwrap(),
        policy_version: "v".into(),
        verdict,
        actions: plan
            .actions
            .iter()
            .map(|a| ActionDecision {
                action: a.id,
                verdict,
                reasons: vec![Reason { rule: "r".into(), sentence: "No.".into() }],
            })
            .collect(),
        approver: Some(Role::Approver),
        approvals_needed: 1,
    }
}

fn request(plan: &Plan) -> ApprovalRequest {
    ApprovalRequest {
        id: ApprovalId::from_parts(0, 1),
        plan: plan.hash().unwrap(),
        policy_version: "v".into(),
        approver: Role::Approver,
        needed: 1,
        requested_at: at(7),
        expires_at: at(100),
    }
}

fn signed(plan: PlanHash, user: u128) -> Event {
    Event::ApprovalSigned {
        approval: ApprovalId::from_parts(0, 1),
        plan,
        signature: Signature {
            user: UserId::from_parts(0, user),
            email: "a@b".into(),
            role: Role::Approver,
            at: at(8),
        },
    }
}

fn readings(fulfilled: bool, second: i64) -> Vec<Reading> {
    vec![Reading {
        predicate: 0,
        at: at(second),
        measured: Measured::State { text: String::new() },
        fulfilled,
        evidence: None,
    }]
}

fn sampled(fulfilled: bool, second: i64) -> Event {
    Event::VerificationSampled { readings: readings(fulfilled, second) }
}

fn intended(plan: &Plan, index: usize) -> Event {
    let action = &plan.actions[index];
    Event::ActionIntended {
        action: action.id,
        precondition: action.target.clone(),
        undo: action.undo.clone(),
    }
}

fn applied(action: ActionId) -> Event {
    Event::ActionApplied { action, note: String::new(), generation: Some(3) }
}

fn concluded(status: VerificationStatus) -> Event {
    Event::VerificationConcluded {
        status,
        summary: "so it is".into(),
        figures: vec![],
        series: vec![],
    }
}

fn resolution(step: &Step) -> Option<Resolution> {
    match step {
        Step::Close { resolution, .. } => Some(*resolution),
        _ => None,
    }
}

#[test]
fn i4_the_whole_way_to_resolved() {
    let plan = plan(1);
    let id = plan.actions[0].id;
    assert_eq!(Case::new().step(1), Step::Supervise { round: 1 });
    assert_eq!(Case::observed().step(3), Step::Orient { round: 1 });
    assert_eq!(Case::observed().then(4, oriented(1, vec![])).step(4), Step::Plan);
    assert_eq!(Case::planned(&plan).step(5), Step::Judge);
    assert_eq!(Case::judged(&plan, Verdict::NeedsApproval).step(6), Step::AskApproval);
    assert_eq!(Case::awaiting(&plan).step(8), Step::Wait { until: Some(at(100)) });
    assert_eq!(Case::acting(&plan).step(8), Step::Baseline);
    assert_eq!(Case::with_baseline(&plan).step(9), Step::Execute { action: id });
    let applied = Case::with_baseline(&plan).then(10, intended(&plan, 0)).then(11, applied(id));
    assert_eq!(applied.step(11), Step::StartVerification);
    assert_eq!(Case::verifying(&plan).step(12), Step::Sample);
    let held = Case::verifying(&plan).then(13, sampled(true, 13)).then(43, sampled(true, 43));
    let done = Step::ConcludeVerification { status: VerificationStatus::Resolved };
    assert_eq!(held.step(43), done);
    let closing = held.then(44, concluded(VerificationStatus::Resolved));
    assert_eq!(resolution(&closing.step(44)), Some(Resolution::Resolved));
}

#[test]
fn a_verdict_of_allow_needs_nobody_and_a_denial_goes_to_people() {
    assert_eq!(Case::judged(&plan(1), Verdict::Allow).step(6), Step::Baseline);
    let denied = Case::judged(&plan(1), Verdict::Deny).step(6);
    let Step::Close { resolution: Resolution::Escalated, reason } = denied else {
        panic!("{denied:?}")
    };
    assert!(reason.contains("No."), "the rule's sentence is passed on: {reason}");
}

#[test]
fn i2_an_intent_without_outcome_is_looked_up_and_never_sent_again() {
    let plan = plan(1);
    let id = plan.actions[0].id;
    let doubt = || Case::with_baseline(&plan).then(10, intended(&plan, 0));
    assert_eq!(doubt().step(10), Step::Reconcile { action: id });
    let not = doubt().then(11, Event::ActionNotApplied { action: id, note: String::new() });
    assert_eq!(not.step(11), Step::Execute { action: id });
    let unknown = doubt().then(11, Event::ActionUnknown { action: id, note: "?".into() });
    assert_eq!(resolution(&unknown.step(11)), Some(Resolution::Escalated));
}

#[test]
fn a_later_step_that_fails_takes_the_earlier_ones_back() {
    let plan = plan(2);
    let (first, second) = (plan.actions[0].id, plan.actions[1].id);
    let failed = Case::with_baseline(&plan)
        .then(10, intended(&plan, 0))
        .then(11, applied(first))
        .then(12, intended(&plan, 1))
        .then(13, Event::ActionFailed { action: second, error: "no".into() });
    assert!(matches!(failed.step(13), Step::StartUndo { .. }));
    let undoing = failed.then(14, Event::UndoStarted { reason: String::new() });
    assert_eq!(undoing.step(14), Step::Undo { action: first });
    let stamp = ActionId::from_parts(0, 99);
    let sent = undoing.then(15, Event::UndoIntended { action: first, stamp });
    assert_eq!(sent.step(15), Step::ReconcileUndo { action: first });
    let undone = sent.then(16, Event::UndoApplied { action: first, note: String::new() });
    assert_eq!(resolution(&undone.step(16)), Some(Resolution::Undone));
}

#[test]
fn what_holds_for_the_first_time_at_the_limit_has_to_hold_as_long_as_any() {
    let plan = plan(1);
    let late = Case::verifying(&plan).then(13, sampled(false, 13)).then(312, sampled(true, 312));
    let at_once = Step::ConcludeVerification { status: VerificationStatus::Resolved };
    assert_ne!(late.step(312), at_once);
    let broken = late.then(317, sampled(false, 317));
    let failed = Step::ConcludeVerification { status: VerificationStatus::Failed };
    assert_eq!(broken.step(317), failed);
    let end = 312 + i64::from(plan.window.hold_s);
    let held = Case::verifying(&plan)
        .then(13, sampled(false, 13))
        .then(312, sampled(true, 312))
        .then(end, sampled(true, end));
    assert_eq!(held.step(end), at_once);
}

#[test]
fn a_first_step_that_fails_changed_nothing_and_goes_to_people() {
    let plan = plan(1);
    let id = plan.actions[0].id;
    let failed = Case::with_baseline(&plan)
        .then(10, intended(&plan, 0))
        .then(11, Event::ActionFailed { action: id, error: "no".into() });
    assert_eq!(resolution(&failed.step(11)), Some(Resolution::Escalated));
}

#[test]
fn a_fix_that_did_not_work_is_taken_back_and_one_nobody_can_measure_is_not() {
    let plan = plan(1);
    let bad = Case::verifying(&plan).then(13, sampled(false, 13)).then(312, sampled(false, 312));
    let failed = Step::ConcludeVerification { status: VerificationStatus::Failed };
    assert_eq!(bad.step(312), failed);
    let bad = bad.then(313, concluded(VerificationStatus::Failed));
    assert!(matches!(bad.step(313), Step::StartUndo { .. }));

    let dark = Reading {
        measured: Measured::Unreachable { why: String::new() },
        ..readings(false, 312).remove(0)
    };
    let dark =
        Case::verifying(&plan).then(312, Event::VerificationSampled { readings: vec![dark] });
    let unknown = Step::ConcludeVerification { status: VerificationStatus::Unknown };
    assert_eq!(dark.step(312), unknown, "I8: no answer is neither success nor failure");
    let dark = dark.then(313, concluded(VerificationStatus::Unknown));
    assert_eq!(resolution(&dark.step(313)), Some(Resolution::Escalated));
}

#[test]
fn a_hold_that_breaks_begins_again() {
    let plan = plan(1);
    let broken = Case::verifying(&plan)
        .then(13, sampled(true, 13))
        .then(20, sampled(false, 20))
        .then(44, sampled(true, 44));
    assert_eq!(broken.step(44), Step::Wait { until: Some(at(49)) });
    assert_eq!(broken.step(49), Step::Sample);
}

#[test]
fn nobody_answering_a_person_refusing_and_a_changed_world() {
    let plan = plan(1);
    let waiting = || Case::awaiting(&plan);
    let approval = ApprovalId::from_parts(0, 1);
    assert_eq!(waiting().step(100), Step::Expire);
    let lapsed = waiting().then(100, Event::ApprovalExpired { approval });
    assert_eq!(resolution(&lapsed.step(100)), Some(Resolution::Escalated));
    let refused =
        waiting().then(9, Event::ApprovalRejected { approval, by: "a".into(), reason: "b".into() });
    assert_eq!(resolution(&refused.step(9)), Some(Resolution::Rejected));
    let voided =
        waiting().then(9, Event::PlanVoided { plan: plan.hash().unwrap(), reason: String::new() });
    assert_eq!(voided.step(9), Step::Supervise { round: 2 });
}

#[test]
fn alerts_that_end_close_what_is_untouched_and_void_what_waits() {
    let plan = plan(2);
    let looked = Case::observed().then(4, oriented(1, vec![]));
    let judged = || Case::judged(&plan, Verdict::NeedsApproval);
    for untouched in [Case::new(), Case::observed(), looked, Case::planned(&plan), judged()] {
        let ended = untouched.then(7, resolved());
        assert_eq!(resolution(&ended.step(7)), Some(Resolution::SelfResolved));
    }
    let void = Step::Void { reason: ENDED.into() };
    let signed_already = Case::acting(&plan);
    for waiting in [Case::awaiting(&plan), signed_already, Case::with_baseline(&plan)] {
        let ended = waiting.then(10, resolved());
        assert_eq!(ended.step(10), void);
        // The approval is of no use any more, and nothing is asked again.
        let voided = Event::PlanVoided { plan: plan.hash().unwrap(), reason: ENDED.into() };
        let ended = ended.then(11, voided);
        assert!(ended.state.pending_approval().is_none());
        assert_eq!(resolution(&ended.step(11)), Some(Resolution::SelfResolved));
    }
    let halted = Event::Halted { by: "a".into(), reason: "b".into() };
    let halted = Case::acting(&plan).then(9, halted).then(10, resolved());
    assert_eq!(resolution(&halted.step(10)), Some(Resolution::SelfResolved));
    assert!(!halted.state.touched(), "nothing resumed by itself");
}

#[test]
fn alerts_that_end_do_not_stop_half_way_what_was_begun() {
    let plan = plan(2);
    let (first, second) = (plan.actions[0].id, plan.actions[1].id);
    // A write in doubt is looked up first; what was not applied is then not sent again.
    let doubt = Case::with_baseline(&plan).then(10, intended(&plan, 0)).then(11, resolved());
    assert_eq!(doubt.step(11), Step::Reconcile { action: first });
    let not = doubt.then(12, Event::ActionNotApplied { action: first, note: String::new() });
    assert_eq!(not.step(12), Step::Void { reason: ENDED.into() });

    // Between two actions: the plan was approved as a whole, and half of it by nobody.
    let between = Case::with_baseline(&plan)
        .then(10, intended(&plan, 0))
        .then(11, applied(first))
        .then(12, resolved());
    assert_eq!(between.step(12), Step::Execute { action: second });
    let both = between.then(13, intended(&plan, 1)).then(14, applied(second));
    assert_eq!(both.step(14), Step::StartVerification);

    // That an alert ended is no proof of a fix, and a fix that failed is taken back all the same.
    let verifying = Case::verifying(&plan).then(13, resolved());
    assert_eq!(verifying.step(13), Step::Sample);
    let failed = verifying.then(14, concluded(VerificationStatus::Failed));
    assert!(matches!(failed.step(14), Step::StartUndo { .. }));
    let undoing = failed.then(15, Event::UndoStarted { reason: String::new() });
    assert_eq!(undoing.step(15), Step::Undo { action: first });

    // A refusal is told to people whatever the alert does meanwhile.
    let refused = Case::with_baseline(&plan)
        .then(10, intended(&plan, 0))
        .then(11, Event::ActionFailed { action: first, error: "no".into() })
        .then(12, resolved());
    assert_eq!(resolution(&refused.step(12)), Some(Resolution::Escalated));
}

#[test]
fn one_alert_that_goes_on_firing_keeps_the_run_going() {
    let more = Event::AlertsNoted {
        alerts: vec![Alert { fingerprint: "g".into(), ..alert(AlertStatus::Firing) }],
    };
    let one = Case::awaiting(&plan(1)).then(8, more).then(9, resolved());
    assert_eq!(one.step(9), Step::Wait { until: Some(at(100)) });
}

#[test]
fn i11_a_halted_run_waits_for_a_person_and_goes_through_the_gate_again() {
    let plan = plan(1);
    let halted = Case::acting(&plan).then(9, Event::Halted { by: "a".into(), reason: "b".into() });
    assert_eq!(halted.step(1_000_000), Step::Wait { until: None });
    let resumed = halted.then(10, Event::Resumed { by: "a".into() });
    assert_eq!(resumed.step(10), Step::Judge);
}

#[test]
fn a_second_look_waits_and_what_has_moved_is_looked_at_at_once() {
    let again = Case::observed().then(4, oriented(1, vec![Specialist::Kubernetes]));
    assert_eq!(again.step(4), Step::Wait { until: Some(at(19)) });
    assert_eq!(again.step(18), Step::Wait { until: Some(at(19)) });
    assert_eq!(again.step(19), Step::Supervise { round: 2 });
    // The journal alone says how long: a process that died meanwhile is no reason to begin anew.
    let folded = IncidentState::fold(&again.entries).unwrap().unwrap();
    assert_eq!(decide(&folded, at(10), ROUNDS), Step::Wait { until: Some(at(19)) });
    // Alerts that end meanwhile end it; others that come do not prolong it.
    assert!(matches!(again.then(10, resolved()).step(10), Step::Close { .. }));
    let more = Event::AlertsNoted { alerts: vec![alert(AlertStatus::Firing)] };
    let again = Case::observed().then(4, oriented(1, vec![Specialist::Kubernetes])).then(12, more);
    assert_eq!(again.step(12), Step::Wait { until: Some(at(19)) });
    let plan = plan(1);
    let reason = "the target has changed".to_owned();
    let voided =
        Case::awaiting(&plan).then(8, Event::PlanVoided { plan: plan.hash().unwrap(), reason });
    assert_eq!(voided.step(8), Step::Supervise { round: 2 });
}

#[test]
fn rounds_are_bounded() {
    let mut case = Case::new();
    for round in 1..=ROUNDS {
        let second = i64::from(round) * 10;
        case = case
            .then(
                second,
                Event::ObserveStarted { round, specialists: vec![], reason: String::new() },
            )
            .then(second + 1, Event::ObserveConcluded { round })
            .then(second + 2, oriented(round, vec![Specialist::Metrics]));
    }
    assert_eq!(resolution(&case.step(100)), Some(Resolution::Escalated));
}

#[test]
fn i3_a_journal_folds_to_the_same_state_again_and_its_chain_holds() {
    let case = Case::verifying(&plan(1));
    assert_eq!(chain::verify(&case.entries), Ok(()));
    let again = IncidentState::fold(&case.entries).unwrap().unwrap();
    assert_eq!(again, case.state);
}

#[test]
fn illegal_events_are_refused_by_name_and_leave_the_state_alone() {
    let case = Case::awaiting(&plan(1));
    let before = case.state.clone();
    let refused = case.state.check(&intended(&plan(1), 0), at(8)).unwrap_err().to_string();
    assert!(
        refused.contains("awaiting_approval") && refused.contains("action_intended"),
        "{refused}"
    );
    let another = signed("b".repeat(64).parse().unwrap(), 1);
    assert!(case.state.check(&another, at(8)).is_err(), "a signature over another plan");
    assert_eq!(case.state, before);
}

#[test]
fn a_run_cannot_end_while_a_write_is_in_doubt() {
    let plan = plan(1);
    let doubt = Case::with_baseline(&plan).then(10, intended(&plan, 0));
    let closing = Event::Closed { resolution: Resolution::Resolved, reason: String::new() };
    assert!(doubt.state.check(&closing, at(11)).is_err());
}
