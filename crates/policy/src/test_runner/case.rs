//! One case: facts, and what must come of them.

use std::collections::BTreeSet;

use evenkeel_domain::{
    access::{Caller, Permission, Role, TokenScope},
    action::ActionCall,
    cluster::Environment,
    id::{ClusterId, OrganisationId, TokenId, UserId},
    object::{ObjectKind, ObjectRef},
    plan::Undo,
    policy::{Reason, Verdict},
    risk,
};
use serde::Deserialize;

use crate::{
    access::Resource,
    action::{ActionQuestion, Surroundings},
    set::PolicySet,
};

/// A named case.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The facts.
    pub question: CaseQuestion,
    /// What must come of them.
    pub expected: Outcome,
}

/// Which question is asked.
#[derive(Debug, Clone)]
pub enum CaseQuestion {
    /// May a person do something?
    Access(AccessFacts),
    /// May the automation do something?
    Action(Box<ActionFacts>),
}

/// What a case expects, or what it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The answer.
    pub expect: Answer,
    /// The rules that bring it, all of them, in any order.
    pub rules: BTreeSet<String>,
    /// The rules that allow it once it is approved; not compared when a case leaves it out.
    pub after_approval: Option<BTreeSet<String>>,
    /// The least role that may approve; not compared when a case leaves it out.
    pub approver: Option<Role>,
    /// How many people must approve; not compared when a case leaves it out.
    pub approvals: Option<u8>,
}

/// A case as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    access: Option<AccessFacts>,
    action: Option<Box<ActionFacts>>,
    expect: Answer,
    rules: BTreeSet<String>,
    after_approval: Option<BTreeSet<String>>,
    approver: Option<Role>,
    approvals: Option<u8>,
}

impl TryFrom<Written> for Case {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let name = written.name;
        let question = match (written.access, written.action) {
            (Some(facts), None) => CaseQuestion::Access(facts),
            (None, Some(facts)) => CaseQuestion::Action(facts),
            _ => return Err(format!("case `{name}` needs either `access` or `action`")),
        };
        let expected = Outcome {
            expect: written.expect,
            rules: written.rules,
            after_approval: written.after_approval,
            approver: written.approver,
            approvals: written.approvals,
        };
        Ok(Self { name, question, expected })
    }
}

/// The answers of both questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Access: yes.
    Allowed,
    /// Access: no.
    Denied,
    /// Action: may be done now.
    Allow,
    /// Action: may be done after approval.
    NeedsApproval,
    /// Action: may not be done.
    Deny,
}

/// Facts of an access question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessFacts {
    /// The caller's role.
    pub role: Role,
    /// The scope of the caller's API token; a browser session when absent.
    pub token: Option<TokenScope>,
    /// What is asked for.
    pub permission: Permission,
    /// For what.
    pub on: Place,
    /// Whether that belongs to another organisation.
    #[serde(default)]
    pub foreign: bool,
    /// When a plan is signed: the least role its decision asks for.
    pub least: Option<Role>,
}

/// The organisation, or a cluster of an environment.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The organisation as a whole.
    Organisation,
    /// A production cluster.
    Production,
    /// A staging cluster.
    Staging,
    /// A development cluster.
    Development,
}

/// Facts of an action question. What is left out is harmless: one rollout of a Deployment of three
/// replicas in the alert's namespace, dry-run, with an undo.
#[expect(clippy::struct_excessive_bools, reason = "facts as a person writes them in YAML")]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionFacts {
    /// What is to be done.
    pub call: ActionCall,
    /// The cluster's environment.
    pub environment: Environment,
    /// The target; Deployment shop/checkout when absent.
    #[serde(default = "checkout")]
    pub object: ObjectRef,
    /// How many replicas it wants; 3 when absent, `null` when nobody knows.
    #[serde(default = "three")]
    pub replicas: Option<u32>,
    /// The risk; reckoned as for a real plan when absent.
    pub risk: Option<u8>,
    /// Whether it can be taken back.
    #[serde(default = "yes")]
    pub undo: bool,
    /// Whether a dry run accepted it.
    #[serde(default = "yes")]
    pub dry_run_ok: bool,
    /// Whether the target was listed.
    #[serde(default = "yes")]
    pub target_listed: bool,
    /// How many actions the plan has.
    #[serde(default = "one")]
    pub actions_in_plan: usize,
    /// Whether Emergency Stop is on.
    #[serde(default)]
    pub emergency_stop: bool,
    /// The namespaces of the alerts; the namespace `shop` when absent.
    #[serde(default = "shop")]
    pub alert_namespaces: BTreeSet<String>,
    /// The nodes that the alerts name; none when absent.
    #[serde(default)]
    pub alert_nodes: BTreeSet<String>,
    /// Namespaces protected by configuration.
    #[serde(default)]
    pub protected_namespaces: BTreeSet<String>,
}

fn checkout() -> ObjectRef {
    ObjectRef::new(ObjectKind::Deployment, "shop", "checkout")
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the field it fills")]
fn three() -> Option<u32> {
    Some(3)
}

fn yes() -> bool {
    true
}

fn one() -> usize {
    1
}

fn shop() -> BTreeSet<String> {
    BTreeSet::from(["shop".to_owned()])
}

impl Case {
    /// Asks the case's question.
    pub fn run(&self, policies: &PolicySet) -> Outcome {
        match &self.question {
            CaseQuestion::Access(facts) => facts.ask(policies),
            CaseQuestion::Action(facts) => facts.ask(policies),
        }
    }
}

impl AccessFacts {
    fn ask(&self, policies: &PolicySet) -> Outcome {
        let own = OrganisationId::from_parts(0, 1);
        let owner = if self.foreign { OrganisationId::from_parts(0, 2) } else { own };
        let caller = Caller {
            user: UserId::from_parts(0, 1),
            email: "case@example.org".to_owned(),
            organisation: own,
            role: self.role,
            token: self.token.map(|scope| (TokenId::from_parts(0, 1), scope)),
        };
        let environment = match self.on {
            Place::Organisation => None,
            Place::Production => Some(Environment::Production),
            Place::Staging => Some(Environment::Staging),
            Place::Development => Some(Environment::Development),
        };
        let resource = match environment {
            None => Resource::Organisation(owner),
            Some(environment) => {
                let id = ClusterId::from_parts(0, 1);
                Resource::Cluster { id, organisation: owner, environment }
            }
        };
        let (access, reasons) =
            policies.explain_access(&caller, self.permission, &resource, self.least);
        let expect = if access.is_allowed() { Answer::Allowed } else { Answer::Denied };
        let rules = ids(&reasons);
        Outcome { expect, rules, after_approval: None, approver: None, approvals: None }
    }
}

impl ActionFacts {
    fn ask(&self, policies: &PolicySet) -> Outcome {
        let undo = if self.undo {
            Undo::By { call: self.call.clone() }
        } else {
            Undo::None { reason: String::new() }
        };
        let reckoned =
            risk::assess(&self.call, &self.object, self.replicas, self.environment, &undo);
        let around = Surroundings {
            environment: self.environment,
            emergency_stop: self.emergency_stop,
            alert_namespaces: self.alert_namespaces.clone(),
            alert_nodes: self.alert_nodes.clone(),
            protected_namespaces: self.protected_namespaces.clone(),
        };
        let judged = policies.judge_action(&ActionQuestion {
            call: &self.call,
            object: &self.object,
            replicas: self.replicas,
            risk: self.risk.unwrap_or(reckoned.score),
            has_undo: self.undo,
            dry_run_ok: self.dry_run_ok,
            target_listed: self.target_listed,
            actions_in_plan: self.actions_in_plan,
            around: &around,
        });
        let expect = match judged.verdict {
            Verdict::Allow => Answer::Allow,
            Verdict::NeedsApproval => Answer::NeedsApproval,
            Verdict::Deny => Answer::Deny,
        };
        Outcome {
            expect,
            rules: ids(&judged.reasons),
            after_approval: Some(ids(&judged.allowed_by)),
            approver: judged.approver,
            approvals: Some(judged.approvals),
        }
    }
}

fn ids(reasons: &[Reason]) -> BTreeSet<String> {
    reasons.iter().map(|reason| reason.rule.clone()).collect()
}
