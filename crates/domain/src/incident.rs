//! The incident as the fold of its journal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    action::{ActionProgress, InvalidProgress},
    alert::{Alert, AlertStatus, Trigger},
    approval::{Approval, ApprovalRefused, ApprovalState},
    cluster::Environment,
    evidence::{Evidence, Gap, Specialist},
    finding::Finding,
    hypothesis::Hypothesis,
    id::{ActionId, ClusterId, EvidenceId, IncidentId, OrganisationId},
    journal::{Entry, Event, Opening, Sample},
    object::ObjectRef,
    plan::{Plan, PlanHash, PlannedAction, Target},
    policy::PlanDecision,
    severity::Severity,
    stage::{InvalidTransition, Phase, Stage},
    verification::{BeforeAfter, Measured, Reading, VerificationStatus},
};

pub use crate::summary::{Awaiting, IncidentSummary};

/// An entry that does not fit the journal it was appended to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The journal does not begin with `opened`, or `opened` comes again.
    #[error("a journal begins with `opened`, once; found `{0}`")]
    Opening(&'static str),
    /// A record is missing or doubled.
    #[error("journal record {expected} was expected, {found} was found")]
    Gap {
        /// The position that should have come.
        expected: u64,
        /// The position that came.
        found: u64,
    },
    /// The event is not legal in this stage.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// The event is not legal for this action.
    #[error(transparent)]
    Progress(#[from] InvalidProgress),
    /// The event is not legal for this approval.
    #[error(transparent)]
    Approval(#[from] ApprovalRefused),
    /// The event names something the journal does not hold.
    #[error("`{event}` names {what}, which this journal does not hold")]
    Unknown {
        /// The event.
        event: &'static str,
        /// What it names.
        what: String,
    },
    /// The run cannot end while a write is in doubt.
    #[error("a run cannot close while it is not known whether action {0} was applied")]
    InDoubt(ActionId),
}

/// One specialist's work in the present round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Who.
    pub specialist: Specialist,
    /// What they concluded, once they have.
    pub summary: Option<String>,
}

/// A fix being verified.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VerificationState {
    /// The readings before the first write.
    pub baseline: Vec<Reading>,
    /// When verification began.
    pub started_at: Option<Timestamp>,
    /// The latest readings.
    pub latest: Vec<Reading>,
    /// When they were taken.
    pub sampled_at: Option<Timestamp>,
    /// Since when all predicates have held without a break.
    pub holding_since: Option<Timestamp>,
    /// The conclusion.
    pub status: Option<VerificationStatus>,
    /// The conclusion in one sentence.
    pub summary: String,
    /// Predicate by predicate.
    pub figures: Vec<BeforeAfter>,
    /// The main figure around the fix.
    pub series: Vec<Sample>,
}

impl VerificationState {
    /// A reading earlier than what came before it: the clock was set back, by at least as much. What
    /// is measured from moments before that moves with it, or a fix would be watched for as long.
    fn follow_clock(&mut self, at: Timestamp) {
        let before = self.sampled_at.or(self.started_at);
        let Some(before) = before.filter(|before| at < *before) else { return };
        let back = before.duration_since(at);
        let moved = |moment: Timestamp| moment.checked_sub(back).unwrap_or(moment);
        self.started_at = self.started_at.map(moved);
        self.holding_since = self.holding_since.map(moved);
    }
}

/// A plan, what the policy said, and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanState {
    /// The plan.
    pub plan: Plan,
    /// Its hash.
    pub hash: PlanHash,
    /// What the policy said.
    pub decision: Option<PlanDecision>,
    /// How far each action has come.
    pub progress: BTreeMap<ActionId, ActionProgress>,
    /// The generation each applied action left its object at.
    pub generations: BTreeMap<ActionId, i64>,
    /// The stamp of each undo.
    pub undo_stamps: BTreeMap<ActionId, ActionId>,
    /// When the first write was accepted.
    pub acted_at: Option<Timestamp>,
    /// Why it is void, if it is.
    pub voided: Option<String>,
}

impl PlanState {
    /// The progress of one action.
    pub fn progress_of(&self, action: &PlannedAction) -> &ActionProgress {
        self.progress.get(&action.id).unwrap_or(&ActionProgress::Planned)
    }

    /// The target of `action` as this run itself left it: with the generation that the last
    /// applied action on the same object made, or the plan's own.
    pub fn target_now(&self, action: &PlannedAction) -> Target {
        let mut target = action.target.clone();
        for earlier in self.plan.actions.iter().filter(|a| a.target.object == target.object) {
            if let Some(generation) = self.generations.get(&earlier.id) {
                target.generation = Some(*generation);
            }
        }
        target
    }

    /// Whether any write of this plan was begun.
    pub fn touched(&self) -> bool {
        self.progress
            .values()
            .any(|p| !matches!(p, ActionProgress::Planned | ActionProgress::Failed { .. }))
    }
}

/// When a phase was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseEntered {
    /// The phase.
    pub phase: Phase,
    /// When.
    pub at: Timestamp,
}

/// The incident: the fold of its journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentState {
    /// Its id.
    pub id: IncidentId,
    /// Position of the last record folded in.
    pub seq: u64,
    /// Hash of that record.
    pub head: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Where it is.
    pub cluster: ClusterId,
    /// The cluster's name.
    pub cluster_name: String,
    /// The cluster's environment.
    pub environment: Environment,
    /// Why it began.
    pub trigger: Trigger,
    /// The alert group's key.
    pub group_key: String,
    /// One line.
    pub title: String,
    /// Worst severity.
    pub severity: Severity,
    /// Its alerts, one per firing.
    pub alerts: Vec<Alert>,
    /// Where the run stands.
    pub stage: Stage,
    /// The round of observation, from 1.
    pub round: u8,
    /// Who looks in this round.
    pub assignments: Vec<Assignment>,
    /// All tool calls.
    pub evidence: BTreeMap<EvidenceId, Evidence>,
    /// All findings of the present round.
    pub findings: Vec<Finding>,
    /// Everything that could not be seen in the present round or later.
    pub gaps: Vec<Gap>,
    /// Hypotheses of the latest round, best first.
    pub hypotheses: Vec<Hypothesis>,
    /// Why the Reflector ranked so.
    pub orientation: String,
    /// All plans, the latest last.
    pub plans: Vec<PlanState>,
    /// All requests for approval, the latest last.
    pub approvals: Vec<Approval>,
    /// The verification of the latest plan.
    pub verification: VerificationState,
    /// When each phase was entered.
    pub phases: Vec<PhaseEntered>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When its journal last grew.
    pub updated_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// Why it ended.
    pub conclusion: Option<String>,
}

impl IncidentState {
    /// Folds a whole journal.
    pub fn fold<'a>(
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Result<Option<Self>, FoldError> {
        let mut state: Option<Self> = None;
        for entry in entries {
            match &mut state {
                None => state = Some(Self::open(entry)?),
                Some(state) => state.apply(entry)?,
            }
        }
        Ok(state)
    }

    /// Begins from the first record.
    pub fn open(entry: &Entry) -> Result<Self, FoldError> {
        let Event::Opened { opening } = &entry.event else {
            return Err(FoldError::Opening(entry.event.name()));
        };
        if entry.seq != 1 {
            return Err(FoldError::Gap { expected: 1, found: entry.seq });
        }
        let Opening {
            organisation,
            cluster,
            cluster_name,
            environment,
            trigger,
            group_key,
            title,
            severity,
            alerts,
        } = (**opening).clone();
        Ok(Self {
            id: entry.incident,
            seq: 1,
            head: entry.hash.clone(),
            organisation,
            cluster,
            cluster_name,
            environment,
            trigger,
            group_key,
            title,
            severity,
            alerts,
            stage: Stage::START,
            round: 1,
            assignments: Vec::new(),
            evidence: BTreeMap::new(),
            findings: Vec::new(),
            gaps: Vec::new(),
            hypotheses: Vec::new(),
            orientation: String::new(),
            plans: Vec::new(),
            approvals: Vec::new(),
            verification: VerificationState::default(),
            phases: vec![PhaseEntered { phase: Phase::Observe, at: entry.at }],
            opened_at: entry.at,
            updated_at: entry.at,
            closed_at: None,
            conclusion: None,
        })
    }

    /// Folds one record in. On an error the state is as it was.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), FoldError> {
        if entry.seq != self.seq + 1 {
            return Err(FoldError::Gap { expected: self.seq + 1, found: entry.seq });
        }
        self.step(&entry.event, entry.at)?;
        self.seq = entry.seq;
        self.head.clone_from(&entry.hash);
        Ok(())
    }

    /// Whether `event` may come next; what `apply` would say.
    pub fn check(&self, event: &Event, at: Timestamp) -> Result<(), FoldError> {
        self.clone().step(event, at)
    }

    fn step(&mut self, event: &Event, at: Timestamp) -> Result<(), FoldError> {
        if matches!(event, Event::Opened { .. }) {
            return Err(FoldError::Opening("opened"));
        }
        if let (Event::Closed { .. }, Some(action)) = (event, self.in_doubt()) {
            return Err(FoldError::InDoubt(action));
        }
        let approval = self.next_approval(event, at)?;
        let progress = self.next_progress(event)?;
        let stage =
            self.stage.clone().next(event, approval.as_ref().map(|a| &a.state), self.round)?;

        if let (Some(approval), Some(last)) = (approval, self.approvals.last_mut()) {
            *last = approval;
        }
        if let (Some((action, progress)), Some(plan)) = (progress, self.plans.last_mut()) {
            plan.progress.insert(action, progress);
        }
        self.absorb(event, at);
        self.updated_at = at;
        if stage.phase() != self.stage.phase() {
            self.phases.push(PhaseEntered { phase: stage.phase(), at });
        }
        if let Stage::Observing { round, started: false } = stage
            && self.stage != stage
        {
            self.round = round;
        }
        self.stage = stage;
        Ok(())
    }

    fn next_approval(&self, event: &Event, at: Timestamp) -> Result<Option<Approval>, FoldError> {
        let named = |id| {
            self.approvals.last().filter(|a| a.request.id == id).cloned().ok_or_else(|| {
                FoldError::Unknown { event: event.name(), what: format!("approval {id}") }
            })
        };
        Ok(match event {
            Event::ApprovalSigned { approval, plan, signature } => {
                Some(named(*approval)?.sign(plan, signature.clone())?)
            }
            Event::ApprovalRejected { approval, by, reason } => {
                Some(named(*approval)?.end(ApprovalState::Rejected {
                    by: by.clone(),
                    reason: reason.clone(),
                    at,
                })?)
            }
            Event::ApprovalExpired { approval } => {
                Some(named(*approval)?.end(ApprovalState::Expired { at })?)
            }
            Event::PlanVoided { reason, .. } => self
                .approvals
                .last()
                .filter(|a| a.state == ApprovalState::Pending)
                .map(|a| a.clone().end(ApprovalState::Voided { reason: reason.clone(), at }))
                .transpose()?,
            _ => None,
        })
    }

    fn next_progress(
        &self,
        event: &Event,
    ) -> Result<Option<(ActionId, ActionProgress)>, FoldError> {
        use ActionProgress as P;
        let (action, to) = match event {
            Event::ActionIntended { action, .. } => (*action, P::Intended),
            Event::ActionApplied { action, note, .. } | Event::UndoNotApplied { action, note } => {
                (*action, P::Applied { note: note.clone() })
            }
            Event::ActionFailed { action, error } => (*action, P::Failed { error: error.clone() }),
            Event::ActionNotApplied { action, .. } => (*action, P::Planned),
            Event::ActionUnknown { action, note } => (*action, P::Unknown { note: note.clone() }),
            Event::UndoIntended { action, .. } => (*action, P::UndoIntended),
            Event::UndoApplied { action, note } => (*action, P::Undone { note: note.clone() }),
            Event::UndoFailed { action, error } => {
                (*action, P::UndoFailed { error: error.clone() })
            }
            _ => return Ok(None),
        };
        let from =
            self.plans.last().and_then(|p| p.progress.get(&action)).cloned().ok_or_else(|| {
                FoldError::Unknown { event: event.name(), what: format!("action {action}") }
            })?;
        Ok(Some((action, from.advance(to)?)))
    }

    fn absorb(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::AlertsNoted { alerts } => self.note_alerts(alerts),
            Event::ObserveStarted { specialists, .. } => {
                self.findings.clear();
                self.gaps.clear();
                self.assignments = specialists
                    .iter()
                    .map(|&specialist| Assignment { specialist, summary: None })
                    .collect();
            }
            Event::EvidenceRecorded { evidence } => {
                self.evidence.insert(evidence.id, (**evidence).clone());
            }
            Event::FindingRecorded { finding } => self.findings.push((**finding).clone()),
            Event::GapRecorded { gap } => self.gaps.push(gap.clone()),
            Event::SpecialistConcluded { specialist, summary, .. } => {
                if let Some(a) = self.assignments.iter_mut().find(|a| a.specialist == *specialist) {
                    a.summary = Some(summary.clone());
                }
            }
            Event::Oriented { hypotheses, reason, .. } => {
                self.hypotheses.clone_from(hypotheses);
                self.orientation.clone_from(reason);
            }
            Event::Planned { plan, hash } => {
                self.plans.push(PlanState {
                    progress: plan
                        .actions
                        .iter()
                        .map(|a| (a.id, ActionProgress::Planned))
                        .collect(),
                    plan: (**plan).clone(),
                    hash: hash.clone(),
                    decision: None,
                    generations: BTreeMap::new(),
                    undo_stamps: BTreeMap::new(),
                    acted_at: None,
                    voided: None,
                });
                self.verification = VerificationState::default();
            }
            Event::Judged { decision } => {
                if let Some(plan) = self.plans.last_mut() {
                    plan.decision = Some(decision.clone());
                }
            }
            Event::ApprovalRequested { request } => {
                self.approvals.push(Approval::pending(request.clone()));
            }
            Event::PlanVoided { reason, .. } => {
                if let Some(plan) = self.plans.last_mut() {
                    plan.voided = Some(reason.clone());
                }
            }
            Event::ActionApplied { action, generation, .. } => {
                if let Some(plan) = self.plans.last_mut() {
                    plan.acted_at.get_or_insert(at);
                    if let Some(generation) = generation {
                        plan.generations.insert(*action, *generation);
                    }
                }
            }
            Event::UndoIntended { action, stamp } => {
                if let Some(plan) = self.plans.last_mut() {
                    plan.undo_stamps.insert(*action, *stamp);
                }
            }
            Event::BaselineRecorded { readings } => self.verification.baseline.clone_from(readings),
            Event::VerificationStarted {} => self.verification.started_at = Some(at),
            Event::VerificationSampled { readings } => self.note_readings(readings, at),
            Event::VerificationConcluded { status, summary, figures, series } => {
                self.verification.status = Some(*status);
                self.verification.summary.clone_from(summary);
                self.verification.figures.clone_from(figures);
                self.verification.series.clone_from(series);
            }
            Event::Closed { reason, .. } => {
                self.closed_at = Some(at);
                self.conclusion = Some(reason.clone());
            }
            _ => {}
        }
    }

    fn note_alerts(&mut self, alerts: &[Alert]) {
        for alert in alerts {
            self.severity = self.severity.max(alert.severity());
            let same = |known: &&mut Alert| {
                known.starts_at == alert.starts_at && known.fingerprint == alert.fingerprint
            };
            match self.alerts.iter_mut().find(same) {
                Some(known) => *known = alert.clone(),
                None => self.alerts.push(alert.clone()),
            }
        }
    }

    fn note_readings(&mut self, readings: &[Reading], at: Timestamp) {
        let v = &mut self.verification;
        v.follow_clock(at);
        let all_hold = !readings.is_empty() && readings.iter().all(|r| r.fulfilled);
        v.holding_since = if all_hold { v.holding_since.or(Some(at)) } else { None };
        v.latest = readings.to_vec();
        v.sampled_at = Some(at);
    }

    /// The action of which it is not known whether it was written, if there is one.
    pub fn in_doubt(&self) -> Option<ActionId> {
        self.plans.last()?.progress.iter().find_map(|(id, p)| {
            matches!(p, ActionProgress::Intended | ActionProgress::UndoIntended).then_some(*id)
        })
    }

    /// The plan the run is about, if it is about one.
    pub fn plan(&self) -> Option<&PlanState> {
        self.plans.last()
    }

    /// The request people are asked now, if they are.
    pub fn pending_approval(&self) -> Option<&Approval> {
        self.approvals.last().filter(|a| {
            a.state == ApprovalState::Pending
                && matches!(self.stage, Stage::AwaitingApproval { .. })
        })
    }

    /// Whether any write was begun in this incident.
    pub fn touched(&self) -> bool {
        self.plans.iter().any(PlanState::touched)
    }

    /// Whether every alert has ended.
    pub fn all_alerts_resolved(&self) -> bool {
        !self.alerts.is_empty() && self.alerts.iter().all(|a| a.status == AlertStatus::Resolved)
    }

    /// When the first of its alerts began to fire, or when it was opened where it has none.
    pub fn onset(&self) -> Timestamp {
        self.alerts.iter().map(|a| a.starts_at).min().unwrap_or(self.opened_at)
    }

    /// The namespaces its alerts speak of, sorted.
    pub fn namespaces(&self) -> Vec<&str> {
        let mut all: Vec<_> = self.alerts.iter().filter_map(Alert::namespace).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The nodes its alerts name, sorted: a node belongs to no namespace, so this is what opens it to
    /// an action.
    pub fn nodes(&self) -> Vec<&str> {
        let named = self.alerts.iter().filter_map(|alert| alert.label("node"));
        let mut all: Vec<_> = named.filter(|name| crate::owner::is_name(name)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The object held to be at fault, once there is a hypothesis about one.
    pub fn object(&self) -> Option<&ObjectRef> {
        self.hypotheses.first().map(|h| &h.object)
    }

    /// What the baseline read for predicate `index`.
    pub fn baseline_of(&self, index: u32) -> Measured {
        self.verification
            .baseline
            .iter()
            .find(|r| r.predicate == index)
            .map_or(Measured::Empty, |r| r.measured.clone())
    }

    /// The word people filter by: the stage, or how it ended.
    pub fn status(&self) -> &'static str {
        status_word(&self.stage)
    }
}

/// The status people filter by: the stage's word while a run is open, the resolution's after.
pub fn status_word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Closed { resolution } => resolution.as_str(),
        Stage::AwaitingApproval { .. } => "awaiting_approval",
        Stage::Halted { .. } => "halted",
        Stage::Acting { .. } => "acting",
        Stage::Verifying { .. } | Stage::Verified { .. } => "verifying",
        Stage::Undoing { .. } => "undoing",
        _ => "investigating",
    }
}
