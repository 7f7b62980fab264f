//! Runs are played by what `decide` says and what a runner would record; replaying them must lead
//! to the same decisions.

use std::collections::BTreeSet;

use evenkeel_domain::{
    Entry, Event, IncidentState, Timestamp,
    access::Role,
    action::ActionCall,
    alert::{Alert, AlertStatus, Trigger},
    approval::{ApprovalRequest, Signature},
    cluster::Environment,
    evidence::Specialist,
    id::{
        ActionId, ApprovalId, ClusterId, EvidenceId, HypothesisId, IncidentId, OrganisationId,
        PlanId, UserId,
    },
    journal::Opening,
    object::ObjectRef,
    plan::{Plan, PlannedAction, Risk, Target, Undo, VerificationWindow},
    policy::{PlanDecision, Verdict},
    predicate::Predicate,
    severity::Severity,
    stage::{Resolution, Stage},
    verification::{Measured, Reading, VerificationStatus},
};

use super::*;
use crate::chain;

const ROUNDS: u8 = 3;

/// What the world and its people do in a run.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that can happen, and any may")]
struct Script {
    look_again: bool,
    decline: bool,
    verdict: Verdict,
    person: Person,
    outcome: Outcome,
    works: bool,
    stop: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Person {
    Signs,
    Rejects,
    IsAway,
    /// Nobody need answer: the alerts end.
    NotNeeded,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Answered,
    CrashThenApplied,
    CrashThenNot,
    CannotTell,
    Drifted,
}

const PLAIN: Script = Script {
    look_again: false,
    decline: false,
    verdict: Verdict::NeedsApproval,
    person: Person::Signs,
    outcome: Outcome::Answered,
    works: true,
    stop: false,
};

fn scripts() -> Vec<Script> {
    vec![
        PLAIN,
        Script { look_again: true, ..PLAIN },
        Script { decline: true, ..PLAIN },
        Script { verdict: Verdict::Allow, ..PLAIN },
        Script { verdict: Verdict::Deny, ..PLAIN },
        Script { person: Person::Rejects, ..PLAIN },
        Script { person: Person::IsAway, ..PLAIN },
        Script { person: Person::NotNeeded, ..PLAIN },
        Script { outcome: Outcome::CrashThenApplied, ..PLAIN },
        Script { outcome: Outcome::CrashThenNot, ..PLAIN },
        Script { outcome: Outcome::CannotTell, ..PLAIN },
        Script { outcome: Outcome::Drifted, ..PLAIN },
        Script { works: false, ..PLAIN },
        Script { works: false, stop: true, ..PLAIN },
        Script { stop: true, ..PLAIN },
    ]
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn alerts(status: AlertStatus) -> Vec<Alert> {
    vec![Alert {
        fingerprint: "f".into(),
        status,
        labels: [("alertname".to_owned(), "HighErrorRatio".to_owned())].into(),
        annotations: [].into(),
        starts_at: at(0),
        ends_at: None,
        generator_url: None,
    }]
}

fn plan(number: u128) -> Plan {
    let object = ObjectRef::deployment("shop", "checkout");
    let evidence = EvidenceId::from_parts(0, 1);
    Plan {
        id: PlanId::from_parts(0, number),
        hypothesis: HypothesisId::from_parts(0, 1),
        summary: String::new(),
        actions: vec![PlannedAction {
            id: ActionId::from_parts(0, number),
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
        }],
        predicates: vec![Predicate::RolloutComplete { object }],
        window: VerificationWindow { hold_s: 10, within_s: 30, every_s: 5 },
        figure: None,
        made_at: at(0),
    }
}

fn readings(fulfilled: bool) -> Vec<Reading> {
    let measured = Measured::State { text: String::new() };
    vec![Reading { predicate: 0, at: at(0), measured, fulfilled, evidence: None }]
}

/// A run under way.
struct Run {
    script: Script,
    entries: Vec<Entry>,
    state: IncidentState,
    second: i64,
    stopped: bool,
    seen: BTreeSet<&'static str>,
}

impl Run {
    fn new(script: Script) -> Self {
        let opening = Opening {
            organisation: OrganisationId::from_parts(0, 1),
            cluster: ClusterId::from_parts(0, 1),
            cluster_name: "range".into(),
            environment: Environment::Production,
            trigger: Trigger::Alert,
            group_key: "g".into(),
            title: "checkout fails".into(),
            severity: Severity::Critical,
            alerts: alerts(AlertStatus::Firing),
        };
        let opened = vec![Event::Opened { opening: Box::new(opening) }];
        let id = IncidentId::from_parts(0, 1);
        let entries = chain::chain(id, 0, chain::GENESIS, at(0), opened).unwrap();
        let state = IncidentState::fold(&entries).unwrap().unwrap();
        Self { script, entries, state, second: 0, stopped: false, seen: BTreeSet::new() }
    }

    fn add(&mut self, events: Vec<Event>) {
        let (state, now) = (&self.state, at(self.second));
        let more = chain::chain(state.id, state.seq, &state.head, now, events).unwrap();
        for entry in &more {
            self.state.apply(entry).unwrap();
        }
        self.entries.extend(more);
    }

    /// To the end.
    fn play(mut self) -> Self {
        for _ in 0..100 {
            self.second += 1;
            let step = decide(&self.state, at(self.second), ROUNDS);
            self.seen.insert(step.as_str());
            let over = step == Step::Done;
            let events = self.perform(step);
            self.add(events);
            if over {
                return self;
            }
        }
        panic!("the run does not end");
    }

    /// What is recorded of a step; what happens while the worker waits.
    fn perform(&mut self, step: Step) -> Vec<Event> {
        let (script, state) = (self.script, self.state.clone());
        if script.stop && !self.stopped && matches!(step, Step::Execute { .. } | Step::Undo { .. })
        {
            // Not in front of the write, where a fix is to be taken back later.
            if script.works || matches!(step, Step::Undo { .. }) {
                self.stopped = true;
                return vec![Event::Halted { by: "ann".into(), reason: String::new() }];
            }
        }
        let note = || "seen".to_owned();
        vec![match step {
            Step::Supervise { round } => Event::ObserveStarted {
                round,
                specialists: vec![Specialist::Kubernetes, Specialist::Metrics],
                reason: String::new(),
            },
            Step::Observe { round, outstanding } => {
                let concluded = |specialist| {
                    let summary = String::new();
                    Event::SpecialistConcluded { specialist, round, summary }
                };
                return outstanding.into_iter().map(concluded).collect();
            }
            Step::ConcludeObserve { round } => Event::ObserveConcluded { round },
            Step::Orient { round } => Event::Oriented {
                round,
                hypotheses: vec![],
                again: if script.look_again && round == 1 {
                    vec![Specialist::Metrics]
                } else {
                    vec![]
                },
                reason: String::new(),
            },
            Step::Plan if script.decline => {
                Event::Closed { resolution: Resolution::Escalated, reason: String::new() }
            }
            Step::Plan => {
                let plan = plan(u128::from(state.seq));
                let hash = plan.hash().unwrap();
                Event::Planned { plan: Box::new(plan), hash }
            }
            Step::Judge => Event::Judged {
                decision: PlanDecision {
                    plan: state.plan().unwrap().hash.clone(),
                    policy_version: "v".into(),
                    verdict: script.verdict,
                    actions: vec![],
                    approver: None,
                    approvals_needed: 1,
                },
            },
            Step::AskApproval => Event::ApprovalRequested {
                request: ApprovalRequest {
                    id: ApprovalId::from_parts(0, u128::from(state.seq)),
                    plan: state.plan().unwrap().hash.clone(),
                    policy_version: "v".into(),
                    approver: Role::Approver,
                    needed: 1,
                    requested_at: at(self.second),
                    expires_at: at(self.second + 60),
                },
            },
            Step::Expire => {
                Event::ApprovalExpired { approval: state.approvals.last().unwrap().request.id }
            }
            Step::Void { reason } => {
                Event::PlanVoided { plan: state.plan().unwrap().hash.clone(), reason }
            }
            Step::Baseline => Event::BaselineRecorded { readings: readings(false) },
            Step::Execute { action } => return self.write(action),
            Step::Reconcile { action } => match script.outcome {
                Outcome::CannotTell => Event::ActionUnknown { action, note: note() },
                Outcome::CrashThenNot => {
                    self.script.outcome = Outcome::Answered;
                    Event::ActionNotApplied { action, note: note() }
                }
                _ => Event::ActionApplied { action, note: note(), generation: Some(3) },
            },
            Step::StartVerification => Event::VerificationStarted {},
            Step::Sample => Event::VerificationSampled { readings: readings(script.works) },
            Step::ConcludeVerification { status } => Event::VerificationConcluded {
                status,
                summary: String::new(),
                figures: vec![],
                series: vec![],
            },
            Step::StartUndo { reason } => Event::UndoStarted { reason },
            Step::Undo { action } => {
                Event::UndoIntended { action, stamp: ActionId::from_parts(0, 99) }
            }
            Step::ReconcileUndo { action } => Event::UndoApplied { action, note: note() },
            Step::Close { resolution, reason } => Event::Closed { resolution, reason },
            Step::Wait { until } => return self.meanwhile(until),
            Step::Done => Event::AlertsNoted { alerts: alerts(AlertStatus::Resolved) },
        }]
    }

    fn write(&mut self, action: ActionId) -> Vec<Event> {
        let plan = self.state.plan().unwrap();
        let planned = &plan.plan.actions[0];
        let intended = Event::ActionIntended {
            action,
            precondition: planned.target.clone(),
            undo: planned.undo.clone(),
        };
        let note = String::new();
        match self.script.outcome {
            Outcome::Answered => {
                vec![intended, Event::ActionApplied { action, note, generation: Some(3) }]
            }
            Outcome::Drifted => {
                let plan = plan.hash.clone();
                self.script.outcome = Outcome::Answered;
                vec![
                    intended,
                    Event::ActionNotApplied { action, note },
                    Event::PlanVoided { plan, reason: "moved".into() },
                ]
            }
            _ => vec![intended],
        }
    }

    fn meanwhile(&mut self, until: Option<Timestamp>) -> Vec<Event> {
        if let Stage::AwaitingApproval { plan, approval } = self.state.stage.clone() {
            match self.script.person {
                Person::Signs => {
                    let signature = Signature {
                        user: UserId::from_parts(0, 1),
                        email: "ann@ours.test".into(),
                        role: Role::Admin,
                        at: at(self.second),
                    };
                    return vec![Event::ApprovalSigned { approval, plan, signature }];
                }
                Person::Rejects => {
                    let (by, reason) = ("ann".into(), "no".into());
                    return vec![Event::ApprovalRejected { approval, by, reason }];
                }
                Person::NotNeeded => {
                    return vec![Event::AlertsNoted { alerts: alerts(AlertStatus::Resolved) }];
                }
                Person::IsAway => {}
            }
        }
        match until {
            Some(until) => {
                self.second = until.as_second();
                vec![]
            }
            None => vec![Event::Resumed { by: "ann".into() }],
        }
    }
}

fn replayed(entries: &[Entry]) -> Vec<Moment> {
    let mut replay = Replay::new(ROUNDS);
    entries.iter().map(|entry| replay.advance(entry).unwrap()).collect()
}

fn disagreements(moments: &[Moment]) -> Vec<&Moment> {
    moments.iter().filter(|m| m.decision.as_ref().is_some_and(|d| !d.agrees)).collect()
}

/// Every step there is; a new one does not compile until it stands here and in [`Run::perform`].
fn name_all() -> BTreeSet<&'static str> {
    let (action, status) = (ActionId::from_parts(0, 1), VerificationStatus::Failed);
    let (reason, resolution) = (String::new(), Resolution::Failed);
    [
        Step::Supervise { round: 1 },
        Step::Observe { round: 1, outstanding: vec![] },
        Step::ConcludeObserve { round: 1 },
        Step::Orient { round: 1 },
        Step::Plan,
        Step::Judge,
        Step::AskApproval,
        Step::Expire,
        Step::Void { reason: reason.clone() },
        Step::Baseline,
        Step::Execute { action },
        Step::Reconcile { action },
        Step::StartVerification,
        Step::Sample,
        Step::ConcludeVerification { status },
        Step::StartUndo { reason: reason.clone() },
        Step::Undo { action },
        Step::ReconcileUndo { action },
        Step::Close { resolution, reason },
        Step::Wait { until: None },
        Step::Done,
    ]
    .iter()
    .map(Step::as_str)
    .collect()
}

#[test]
fn i3_every_run_replays_to_the_decisions_that_were_taken() {
    let (mut taken, mut told) = (BTreeSet::new(), BTreeSet::new());
    for script in scripts() {
        let run = Run::new(script).play();
        let moments = replayed(&run.entries);
        assert_eq!(disagreements(&moments), Vec::<&Moment>::new());
        taken.extend(run.seen);
        let mut before = IncidentState::open(&run.entries[0]).unwrap();
        for entry in &run.entries[1..] {
            told.extend(implied(&before, &entry.event).map(|implied| implied.step()));
            before.apply(entry).unwrap();
        }
    }
    assert_eq!(taken, name_all(), "the scripts take every step");
    assert_eq!(told, name_all(), "every step leaves a record that tells of it");
}

#[test]
fn another_decision_is_found_and_shown_with_what_it_was_taken_on() {
    let run = Run::new(PLAIN).play();
    let last = run.entries.iter().position(|e| matches!(e.event, Event::Closed { .. })).unwrap();
    let mut entries = run.entries[..last].to_vec();
    let before = entries.last().unwrap().clone();
    let partial = Event::Closed { resolution: Resolution::Partial, reason: "so so".into() };
    let forged =
        chain::chain(before.incident, before.seq, &before.hash, before.at, vec![partial]).unwrap();
    entries.extend(forged);
    let moments = replayed(&entries);
    let [wrong] = disagreements(&moments)[..] else { panic!("{moments:?}") };
    let decision = wrong.decision.as_ref().unwrap();
    assert_eq!((wrong.seq, decision.recorded.as_str()), (before.seq + 1, "close: partial"));
    assert!(decision.today.starts_with("close: resolved"), "{}", decision.today);
    assert!(decision.state.iter().any(|l| l.contains("RESOLVED")), "{:?}", decision.state);
}

#[test]
fn what_others_add_in_the_middle_of_a_step_is_no_disagreement() {
    let mut run = Run::new(PLAIN);
    let ended = || Event::AlertsNoted { alerts: alerts(AlertStatus::Resolved) };
    let concluded =
        |specialist| Event::SpecialistConcluded { specialist, round: 1, summary: String::new() };
    let both = vec![Specialist::Kubernetes, Specialist::Metrics];
    let started = Event::ObserveStarted { round: 1, specialists: both, reason: String::new() };
    for event in
        [started, ended(), concluded(Specialist::Metrics), concluded(Specialist::Kubernetes)]
    {
        run.second += 1;
        run.add(vec![event]);
    }
    assert_eq!(disagreements(&replayed(&run.entries)), Vec::<&Moment>::new());
    // But a round that is gone on with after that was decided on an ended alert.
    run.second += 1;
    run.add(vec![Event::ObserveConcluded { round: 1 }]);
    let moments = replayed(&run.entries);
    assert_eq!(disagreements(&moments).len(), 1);
    assert_eq!(disagreements(&moments)[0].event, "observe_concluded");
}

#[test]
fn an_open_incident_replays_and_says_what_comes_next() {
    let mut run = Run::new(Script { person: Person::IsAway, ..PLAIN });
    while run.state.pending_approval().is_none() {
        run.second += 1;
        let step = decide(&run.state, at(run.second), ROUNDS);
        let events = run.perform(step);
        run.add(events);
    }
    let mut replay = Replay::new(ROUNDS);
    for entry in &run.entries {
        replay.advance(entry).unwrap();
    }
    assert_eq!(replay.state(), Some(&run.state));
    assert!(matches!(replay.next(), Some(Step::Wait { until: Some(_) })), "{:?}", replay.next());
}
