//! The second question: may the automation carry out this action?

use std::collections::BTreeSet;

use cedar_policy::{Context, RestrictedExpression};
use evenkeel_domain::{
    access::Role,
    action::ActionCall,
    cluster::Environment,
    object::ObjectRef,
    policy::{Reason, Verdict},
};

use crate::{
    ask::{Answer, Question, Trouble},
    entities,
    set::PolicySet,
};

/// The rule named when nothing allowed an action.
const DEFAULT: &str = "gate.default";

/// Who must approve when the policies ask for a person and do not say whom: the role that is
/// trusted with production, so that a forgotten annotation makes the gate stricter.
const UNSAID_APPROVER: Role = Role::Approver;

/// What is true around a plan, read by the server itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The cluster's environment, from its own configuration (invariant I6).
    pub environment: Environment,
    /// Whether Emergency Stop is on for the cluster (invariant I11).
    pub emergency_stop: bool,
    /// The namespaces that the incident's alerts name.
    pub alert_namespaces: BTreeSet<String>,
    /// The nodes that the incident's alerts name.
    pub alert_nodes: BTreeSet<String>,
    /// The namespaces that the cluster's configuration protects, beside those that policies name.
    pub protected_namespaces: BTreeSet<String>,
}

/// One action of a plan, as the policies see it.
#[derive(Debug, Clone)]
pub struct ActionQuestion<'a> {
    /// What is to be done.
    pub call: &'a ActionCall,
    /// To what.
    pub object: &'a ObjectRef,
    /// How many replicas that wants, if known.
    pub replicas: Option<u32>,
    /// The risk, from `evenkeel_domain::risk`.
    pub risk: u8,
    /// Whether the plan says how to take it back.
    pub has_undo: bool,
    /// Whether the API server accepted it in a dry run that is on record.
    pub dry_run_ok: bool,
    /// Whether the object stands in a listing that is on record (invariant I7).
    pub target_listed: bool,
    /// How many actions the plan has.
    pub actions_in_plan: usize,
    /// What is true around the plan.
    pub around: &'a Surroundings,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ActionJudgement {
    /// May it be done now, after an approval, or not at all?
    pub verdict: Verdict,
    /// The rules that said so, at least one.
    pub reasons: Vec<Reason>,
    /// The rules that allow it, at once or once it is approved; none when it is denied.
    pub allowed_by: Vec<Reason>,
    /// The least role that may approve, when an approval is needed.
    pub approver: Option<Role>,
    /// How many different people must approve; 0 when no approval is needed or none would help.
    pub approvals: u8,
}

impl PolicySet {
    /// Asks twice, without an approval and with one: allowed at once is [`Verdict::Allow`], allowed
    /// only with is [`Verdict::NeedsApproval`], and not even then is [`Verdict::Deny`].
    pub fn judge_action(&self, question: &ActionQuestion) -> ActionJudgement {
        match self.gate(question) {
            Ok((alone, _)) if alone.allowed => ActionJudgement {
                verdict: Verdict::Allow,
                reasons: self.reasons(&alone.rules),
                allowed_by: self.reasons(&alone.rules),
                approver: None,
                approvals: 0,
            },
            Ok((alone, approved)) if approved.allowed => self.needs_approval(&alone, &approved),
            Ok((_, approved)) if approved.rules.is_empty() => deny(vec![Reason {
                rule: DEFAULT.to_owned(),
                sentence: "No rule allows this action, with or without an approval.".to_owned(),
            }]),
            Ok((_, approved)) => deny(self.reasons(&approved.rules)),
            Err(trouble) => deny(vec![trouble.reason()]),
        }
    }

    pub(crate) fn gate(&self, q: &ActionQuestion) -> Result<(Answer, Answer), Trouble> {
        let around = q.around;
        let protected = around.protected_namespaces.contains(&q.object.namespace);
        let workload =
            entities::workload(&self.names, q.object, around.environment, q.replicas, protected)?;
        let resource = workload.uid();
        let entities = self.with([workload])?;
        let ask = |approved| {
            let question = Question {
                principal: self.names.automation(),
                action: self.names.action(q.call.kind().as_str()),
                resource: resource.clone(),
                context: context(q, approved)?,
            };
            self.ask(question, &entities)
        };
        Ok((ask(false)?, ask(true)?))
    }

    /// The rules that an approval silences are those that asked for it. If there is none, nothing
    /// allowed the action without one; then what allows it with one is the reason.
    fn needs_approval(&self, alone: &Answer, approved: &Answer) -> ActionJudgement {
        let asking = || alone.rules.iter().map(|place| &self.rules()[*place]);
        let role = asking().map(|rule| rule.approver.unwrap_or(UNSAID_APPROVER)).max();
        let people = asking().filter_map(|rule| rule.approvals).max();
        let rules = if alone.rules.is_empty() { &approved.rules } else { &alone.rules };
        ActionJudgement {
            verdict: Verdict::NeedsApproval,
            reasons: self.reasons(rules),
            allowed_by: self.reasons(&approved.rules),
            approver: Some(role.unwrap_or(UNSAID_APPROVER)),
            approvals: people.unwrap_or(1),
        }
    }
}

fn deny(reasons: Vec<Reason>) -> ActionJudgement {
    let allowed_by = Vec::new();
    ActionJudgement { verdict: Verdict::Deny, reasons, allowed_by, approver: None, approvals: 0 }
}

fn context(q: &ActionQuestion, approved: bool) -> Result<Context, Trouble> {
    use RestrictedExpression as E;
    let set =
        |names: &BTreeSet<String>| E::new_set(names.iter().map(|name| E::new_string(name.clone())));
    let actions = i64::try_from(q.actions_in_plan).unwrap_or(i64::MAX);
    let gate = E::new_record([
        ("approved".to_owned(), E::new_bool(approved)),
        ("risk".to_owned(), E::new_long(q.risk.into())),
        ("emergency_stop".to_owned(), E::new_bool(q.around.emergency_stop)),
        ("alert_namespaces".to_owned(), set(&q.around.alert_namespaces)),
        ("alert_nodes".to_owned(), set(&q.around.alert_nodes)),
        ("actions_in_plan".to_owned(), E::new_long(actions)),
        ("has_undo".to_owned(), E::new_bool(q.has_undo)),
        ("dry_run_ok".to_owned(), E::new_bool(q.dry_run_ok)),
        ("target_listed".to_owned(), E::new_bool(q.target_listed)),
    ])?;
    let mut pairs = vec![("gate".to_owned(), gate)];
    match q.call {
        ActionCall::Scale { replicas } => {
            pairs.push(("replicas_wanted".to_owned(), E::new_long((*replicas).into())));
        }
        ActionCall::SetImage { container, image } => {
            pairs.push(("container".to_owned(), E::new_string(container.clone())));
            pairs.push(("image".to_owned(), E::new_string(image.clone())));
        }
        ActionCall::SetHpaBounds { min, max } => {
            pairs.push(("fewest_wanted".to_owned(), E::new_long((*min).into())));
            pairs.push(("most_wanted".to_owned(), E::new_long((*max).into())));
        }
        ActionCall::SetConfigKey { key, .. } => {
            pairs.push(("key".to_owned(), E::new_string(key.clone())));
        }
        ActionCall::RolloutUndo { .. }
        | ActionCall::RolloutRestart
        | ActionCall::SetResources { .. }
        | ActionCall::DeletePod
        | ActionCall::Cordon
        | ActionCall::Uncordon
        | ActionCall::RerunJob
        | ActionCall::RevertPr { .. }
        | ActionCall::MergePr { .. }
        | ActionCall::ClosePr { .. } => {}
    }
    Ok(Context::from_pairs(pairs)?)
}
