//! The second question for a whole plan: every action is judged, the worst verdict counts.

use std::collections::BTreeSet;

use evenkeel_domain::{
    action::ActionCall,
    id::EvidenceId,
    plan::{Plan, PlannedAction, Undo, UnhashablePlan},
    policy::{ActionDecision, PlanDecision, Verdict},
    risk,
};

use crate::{
    action::{ActionJudgement, ActionQuestion, Surroundings},
    set::PolicySet,
};

/// A plan and what is true around it.
#[derive(Debug, Clone, Copy)]
pub struct PlanQuestion<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What is true around it.
    pub around: &'a Surroundings,
    /// The incident's evidence that was answered. An action whose dry run or whose listing is not
    /// among it counts as not tried, or not listed.
    pub answered: &'a BTreeSet<EvidenceId>,
}

impl<'a> PlanQuestion<'a> {
    /// The question about one of the plan's actions. Its risk is reckoned anew here; what the plan
    /// says can only make it higher (invariant I6).
    pub fn action(&self, action: &'a PlannedAction) -> ActionQuestion<'a> {
        let PlannedAction { call, undo, target, .. } = action;
        let reckoned = self.risk(action, call, target.replicas, undo);
        ActionQuestion {
            call,
            object: &target.object,
            replicas: target.replicas,
            risk: reckoned.max(action.risk.score),
            has_undo: matches!(undo, Undo::By { .. }),
            dry_run_ok: self.answered.contains(&action.dry_run),
            target_listed: self.answered.contains(&target.seen_in),
            actions_in_plan: self.plan.actions.len(),
            around: self.around,
        }
    }

    /// The question about taking one of the plan's actions back, if it can be. That puts back what
    /// was there before, so it never counts as riskier than the action itself: nobody is left with
    /// a change that could be made and may not be unmade.
    pub fn undo(&self, action: &'a PlannedAction) -> Option<ActionQuestion<'a>> {
        let Undo::By { call } = &action.undo else { return None };
        let replicas = match action.call {
            ActionCall::Scale { replicas } | ActionCall::SetHpaBounds { max: replicas, .. } => {
                Some(replicas)
            }
            _ => action.target.replicas,
        };
        // What takes an undo back is the action itself.
        let back = Undo::By { call: action.call.clone() };
        let forth = self.action(action);
        let risk = self.risk(action, call, replicas, &back).min(forth.risk);
        Some(ActionQuestion { call, replicas, risk, has_undo: true, ..forth })
    }

    fn risk(
        &self,
        action: &PlannedAction,
        call: &ActionCall,
        replicas: Option<u32>,
        undo: &Undo,
    ) -> u8 {
        risk::assess(call, &action.target.object, replicas, self.around.environment, undo).score
    }
}

impl PolicySet {
    /// Judges every action. A plan without actions is denied: there is nothing to allow.
    pub fn judge_plan(&self, question: &PlanQuestion) -> Result<PlanDecision, UnhashablePlan> {
        let actions = &question.plan.actions;
        let judged: Vec<_> =
            actions.iter().map(|action| self.judge_action(&question.action(action))).collect();
        let verdict = judged.iter().map(|it| it.verdict).max().unwrap_or(Verdict::Deny);
        let asked = verdict == Verdict::NeedsApproval;
        let approvals = judged.iter().map(|it| it.approvals).max();
        Ok(PlanDecision {
            plan: question.plan.hash()?,
            policy_version: self.version().to_owned(),
            verdict,
            approver: judged.iter().filter_map(|it| it.approver).max().filter(|_| asked),
            approvals_needed: approvals.filter(|_| asked).unwrap_or(0),
            actions: actions.iter().zip(judged).map(|(action, it)| decision(action, it)).collect(),
        })
    }

    /// May this action of the plan be taken back? [`Verdict::NeedsApproval`] is satisfied by the
    /// plan's own approval, because the undo is part of what was signed. `None`: there is no undo.
    pub fn judge_undo(
        &self,
        question: &PlanQuestion,
        action: &PlannedAction,
    ) -> Option<ActionJudgement> {
        question.undo(action).map(|it| self.judge_action(&it))
    }
}

fn decision(action: &PlannedAction, judged: ActionJudgement) -> ActionDecision {
    ActionDecision { action: action.id, verdict: judged.verdict, reasons: judged.reasons }
}
