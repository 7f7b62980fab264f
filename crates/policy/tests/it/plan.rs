//! Plans: the worst action counts, and a plan cannot lower its own risk.

use std::collections::BTreeSet;

use evenkeel_domain::{
    access::Role, action::ActionCall, cluster::Environment, plan::Undo, policy::Verdict,
};
use evenkeel_policy::PlanQuestion;

use crate::support::{answered, around, no_risk, plan, planned, shipped};

const DEVELOPMENT: Environment = Environment::Development;
const PRODUCTION: Environment = Environment::Production;

#[test]
fn the_worst_action_decides_and_the_highest_role_signs() {
    let policies = shipped();
    let mut risky = planned(2, ActionCall::RolloutUndo { to_revision: 4 }, DEVELOPMENT);
    risky.undo = Undo::None { reason: "there is no older one".into() };
    let actions = vec![planned(1, ActionCall::Scale { replicas: 6 }, DEVELOPMENT), risky];
    let mut plan = plan(actions);
    let (around, answered) = (around(DEVELOPMENT), answered());
    let decision = policies
        .judge_plan(&PlanQuestion { plan: &plan, around: &around, answered: &answered })
        .unwrap();
    assert_eq!(decision.plan, plan.hash().unwrap());
    assert_eq!(decision.policy_version, policies.version());
    assert_eq!(decision.verdict, Verdict::NeedsApproval);
    assert_eq!(decision.approver, Some(Role::Approver));
    assert_eq!(decision.approvals_needed, 1);
    assert_eq!(decision.actions[1].action, plan.actions[1].id);

    plan.actions.push(planned(3, ActionCall::Scale { replicas: 0 }, DEVELOPMENT));
    let decision = policies
        .judge_plan(&PlanQuestion { plan: &plan, around: &around, answered: &answered })
        .unwrap();
    let verdicts: Vec<_> = decision.actions.iter().map(|action| action.verdict).collect();
    assert_eq!(verdicts, [Verdict::NeedsApproval, Verdict::NeedsApproval, Verdict::Deny]);
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!((decision.approver, decision.approvals_needed), (None, 0));
}

#[test]
fn an_empty_plan_is_denied() {
    let (plan, around, answered) = (plan(Vec::new()), around(DEVELOPMENT), answered());
    let decision = shipped()
        .judge_plan(&PlanQuestion { plan: &plan, around: &around, answered: &answered })
        .unwrap();
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!((decision.approver, decision.approvals_needed), (None, 0));
}

#[test]
fn i6_a_plan_cannot_talk_its_risk_down_but_can_own_up_to_more() {
    let policies = shipped();
    let (around, answered) = (around(PRODUCTION), answered());
    let image = ActionCall::SetImage { container: "app".into(), image: "shop:2".into() };
    let mut action = planned(1, image, PRODUCTION);
    action.target.replicas = Some(1);
    action.risk = no_risk();
    let plan_with = plan(vec![action.clone()]);
    let question = PlanQuestion { plan: &plan_with, around: &around, answered: &answered };
    assert_eq!(question.action(&action).risk, 9);
    assert_eq!(policies.judge_plan(&question).unwrap().verdict, Verdict::Deny);

    action.target.replicas = Some(3);
    action.risk.score = 10;
    let plan_with = plan(vec![action]);
    let question = PlanQuestion { plan: &plan_with, around: &around, answered: &answered };
    assert_eq!(policies.judge_plan(&question).unwrap().verdict, Verdict::Deny);
}

#[test]
fn i7_a_target_or_dry_run_without_an_answer_on_record_is_denied() {
    let plan = plan(vec![planned(1, ActionCall::RolloutRestart, DEVELOPMENT)]);
    let (around, nothing) = (around(DEVELOPMENT), BTreeSet::new());
    let decision = shipped()
        .judge_plan(&PlanQuestion { plan: &plan, around: &around, answered: &nothing })
        .unwrap();
    assert_eq!(decision.verdict, Verdict::Deny);
    let rules: Vec<_> = decision.actions[0].reasons.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["gate.target-was-listed", "gate.dry-run-first"]);
}

#[test]
fn an_undo_passes_the_same_gate() {
    let policies = shipped();
    let judge = |call: ActionCall, undo: Undo, stop: bool| {
        let mut action = planned(1, call, PRODUCTION);
        action.undo = undo;
        let plan = plan(vec![action.clone()]);
        let mut around = around(PRODUCTION);
        around.emergency_stop = stop;
        let answered = answered();
        let question = PlanQuestion { plan: &plan, around: &around, answered: &answered };
        policies.judge_undo(&question, &action).map(|it| it.verdict)
    };
    let scale = |replicas| ActionCall::Scale { replicas };
    let back_to = |replicas| Undo::By { call: scale(replicas) };
    assert_eq!(judge(scale(6), back_to(3), false), Some(Verdict::NeedsApproval));
    assert_eq!(judge(scale(6), back_to(3), true), Some(Verdict::Deny));
    assert_eq!(judge(scale(6), back_to(0), false), Some(Verdict::Deny));
    // From 13 replicas back to 3 would be risk 9 by itself, but it only puts back what was there.
    assert_eq!(judge(scale(13), back_to(3), false), Some(Verdict::NeedsApproval));
    let none = Undo::None { reason: "nothing to take back".into() };
    assert_eq!(judge(ActionCall::RolloutRestart, none, false), None);
}

#[test]
fn one_set_serves_all_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&shipped());
}
