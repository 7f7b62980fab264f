//! A double of a cluster: objects with generations and stamps, a person with an Emergency Stop,
//! and mishaps on the way to it. What it does with stamps and generations is what the Kubernetes
//! server's tools do; `crash/tests/it/catalogue.rs` holds those to the same rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use async_trait::async_trait;
use evenkeel_domain::{
    IncidentState, Timestamp,
    action::ActionCall,
    cluster::EmergencyStop,
    evidence::Specialist,
    id::{ActionId, ClusterId},
    journal::Sample,
    plan::{Plan, PlannedAction, Undo},
    policy::{ActionDecision, PlanDecision, Verdict},
    verification::{Measured, Reading},
};
use evenkeel_engine::{
    Desk,
    desk::DeskError,
    ports::{
        Executor, Found, Gate, Investigator, Orientation, Planner, Planning, Reflector, Verifier,
        Write, Written,
    },
};

use super::plans::GENERATION;

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Refused for certain.
    Refused,
    /// Too busy, and nothing was done: to be asked again after so many seconds.
    Busy(u64),
    /// Applied, and the answer is lost.
    AnswerLost,
    /// Lost on the way, and nobody knows.
    RequestLost,
    /// The process dies before it is sent.
    CrashBefore,
    /// The process dies after it was applied.
    CrashAfter,
}

#[derive(Debug, Clone)]
struct Object {
    generation: i64,
    setting: String,
    stamps: BTreeSet<ActionId>,
}

pub struct Cluster {
    plan: Plan,
    objects: Mutex<BTreeMap<String, Object>>,
    /// By number of the write, from 0, repeats included.
    mishaps: BTreeMap<usize, Mishap>,
    sent: Mutex<usize>,
    /// Writes that changed something: stamp and object.
    accepted: Mutex<Vec<(ActionId, String)>>,
    /// Whether the fix helps.
    mends: bool,
    /// At this question after Emergency Stop, it is on.
    stop_at: Option<usize>,
    asked: Mutex<usize>,
    /// Writes that came while it was on.
    pub under_stop: Mutex<usize>,
}

impl Cluster {
    pub fn new(plan: &Plan) -> Self {
        let objects = plan.actions.iter().map(|action| {
            let object =
                Object { generation: GENERATION, setting: before(action), stamps: BTreeSet::new() };
            (action.target.object.to_string(), object)
        });
        Self {
            plan: plan.clone(),
            objects: Mutex::new(objects.collect()),
            mishaps: BTreeMap::new(),
            sent: Mutex::new(0),
            accepted: Mutex::default(),
            mends: true,
            stop_at: None,
            asked: Mutex::new(0),
            under_stop: Mutex::new(0),
        }
    }

    pub fn with(mut self, write: usize, mishap: Mishap) -> Self {
        self.mishaps.insert(write, mishap);
        self
    }

    pub fn mends_nothing(mut self) -> Self {
        self.mends = false;
        self
    }

    pub fn stopped_at(mut self, question: usize) -> Self {
        self.stop_at = Some(question);
        self
    }

    pub fn accepted(&self) -> Vec<(ActionId, String)> {
        self.accepted.lock().unwrap().clone()
    }

    /// How often it was asked after Emergency Stop.
    pub fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    /// Whether no stamp was accepted twice.
    pub fn nothing_twice(&self) {
        let accepted = self.accepted();
        let stamps: BTreeSet<_> = accepted.iter().map(|(stamp, _)| *stamp).collect();
        assert_eq!(stamps.len(), accepted.len(), "I2: {accepted:?}");
    }

    /// Whether every object is as it was before anything was done.
    pub fn is_as_before(&self) -> bool {
        let objects = self.objects.lock().unwrap();
        self.plan
            .actions
            .iter()
            .all(|action| objects[&action.target.object.to_string()].setting == before(action))
    }

    fn is_stopped(&self) -> bool {
        self.stop_at.is_some_and(|at| self.asked() > at)
    }

    fn apply(&self, write: &Write<'_>) -> Written {
        let mut objects = self.objects.lock().unwrap();
        let name = write.target.object.to_string();
        let object = objects.get_mut(&name).unwrap();
        if object.stamps.contains(&write.stamp) {
            let note = "it had been applied before".into();
            return Written::Applied { note, generation: Some(object.generation) };
        }
        if write.target.generation.is_some_and(|wanted| wanted != object.generation) {
            return Written::Drifted("another generation".into());
        }
        object.generation += 1;
        object.setting = setting(write.call);
        object.stamps.insert(write.stamp);
        self.accepted.lock().unwrap().push((write.stamp, name));
        Written::Applied { note: "done".into(), generation: Some(object.generation) }
    }
}

/// What an object is set to before its action: what its undo sets, or nothing in particular.
fn before(action: &PlannedAction) -> String {
    match &action.undo {
        Undo::By { call } => setting(call),
        Undo::None { .. } => "untouched".into(),
    }
}

fn setting(call: &ActionCall) -> String {
    format!("{call:?}")
}

fn died() -> DeskError {
    DeskError::Part { doing: "writing", source: "the process died".into() }
}

#[async_trait]
impl Executor for &'static Cluster {
    async fn write(&self, _desk: &Desk, write: Write<'_>) -> Result<Written, DeskError> {
        if self.is_stopped() {
            *self.under_stop.lock().unwrap() += 1;
        }
        let number = {
            let mut sent = self.sent.lock().unwrap();
            *sent += 1;
            *sent - 1
        };
        match self.mishaps.get(&number) {
            None => Ok(self.apply(&write)),
            Some(Mishap::Refused) => Ok(Written::Refused("no".into())),
            Some(Mishap::Busy(seconds)) => Ok(Written::Busy {
                note: "too many requests".into(),
                after: Duration::from_secs(*seconds),
            }),
            Some(Mishap::RequestLost) => Ok(Written::Uncertain("no answer".into())),
            Some(Mishap::AnswerLost) => {
                self.apply(&write);
                Ok(Written::Uncertain("no answer".into()))
            }
            Some(Mishap::CrashBefore) => Err(died()),
            Some(Mishap::CrashAfter) => {
                self.apply(&write);
                Err(died())
            }
        }
    }

    async fn find(&self, _desk: &Desk, write: Write<'_>) -> Result<Found, DeskError> {
        let objects = self.objects.lock().unwrap();
        let object = &objects[&write.target.object.to_string()];
        Ok(if object.stamps.contains(&write.stamp) {
            Found::Applied { note: "stamped".into(), generation: Some(object.generation) }
        } else {
            Found::NotApplied("not stamped".into())
        })
    }
}

#[async_trait]
impl Gate for &'static Cluster {
    async fn judge(&self, _state: &IncidentState, plan: &Plan) -> Result<PlanDecision, DeskError> {
        let actions = plan.actions.iter().map(|action| ActionDecision {
            action: action.id,
            verdict: Verdict::Allow,
            reasons: vec![],
        });
        Ok(PlanDecision {
            plan: plan.hash().unwrap(),
            policy_version: "v".into(),
            verdict: Verdict::Allow,
            actions: actions.collect(),
            approver: None,
            approvals_needed: 0,
        })
    }

    async fn permits_undo(
        &self,
        _state: &IncidentState,
        _action: &PlannedAction,
    ) -> Result<Result<(), String>, DeskError> {
        Ok(Ok(()))
    }

    async fn stopped(&self, _cluster: ClusterId) -> Result<Option<EmergencyStop>, DeskError> {
        *self.asked.lock().unwrap() += 1;
        let stop = EmergencyStop {
            by: "somebody".into(),
            at: Timestamp::UNIX_EPOCH,
            reason: "wait".into(),
        };
        Ok(self.is_stopped().then_some(stop))
    }
}

#[async_trait]
impl Investigator for &'static Cluster {
    fn choose(&self, _state: &IncidentState) -> (Vec<Specialist>, String) {
        (vec![Specialist::Kubernetes], "one is enough".into())
    }

    async fn observe(&self, _desk: &Desk, _specialist: Specialist) -> Result<String, DeskError> {
        Ok("looked".into())
    }
}

#[async_trait]
impl Reflector for &'static Cluster {
    async fn orient(&self, _desk: &Desk) -> Result<Orientation, DeskError> {
        Ok(Orientation { hypotheses: vec![], again: vec![], reason: "given".into() })
    }
}

#[async_trait]
impl Planner for &'static Cluster {
    async fn plan(&self, _desk: &Desk) -> Result<Planning, DeskError> {
        Ok(Planning::Plan(Box::new(self.plan.clone())))
    }
}

#[async_trait]
impl Verifier for &'static Cluster {
    async fn read(&self, desk: &Desk, plan: &Plan) -> Result<Vec<Reading>, DeskError> {
        let acted = desk.state().await.plan().is_some_and(|plan| plan.acted_at.is_some());
        let fulfilled = acted && self.mends;
        let reading = |(index, _)| Reading {
            predicate: index,
            at: desk.now(),
            measured: Measured::State { text: if fulfilled { "well" } else { "ill" }.into() },
            fulfilled,
            evidence: None,
        };
        Ok((0..).zip(&plan.predicates).map(reading).collect())
    }

    async fn series(&self, _desk: &Desk, _plan: &Plan) -> Result<Vec<Sample>, DeskError> {
        Ok(vec![])
    }
}
