//! Rules: a Cedar policy with the annotations that this crate asks of every one.
//!
//! | annotation | on | says |
//! |---|---|---|
//! | `@id` | all | the name that decisions, tests and people use; unique |
//! | `@reason` | all | a sentence for a person at 3 a.m. |
//! | `@approver` | forbid | the least role whose approval this rule accepts |
//! | `@approvals` | forbid | how many different people must approve, 1 to 9 |

use std::str::FromStr;

use cedar_policy::{Effect, Policy, PolicyId};
use evenkeel_domain::{access::Role, policy::Reason};
use miette::Diagnostic;
use serde::Serialize;

use crate::{error::PolicyError, source::Source};

/// Whether a rule allows or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleEffect {
    /// It allows, unless another rule forbids.
    Permit,
    /// It forbids, whatever others allow.
    Forbid,
}

/// One rule, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleText {
    /// The rule's `@id`.
    pub id: String,
    /// The rule's `@reason`.
    pub reason: String,
    /// Whether it allows or forbids.
    pub effect: RuleEffect,
    /// The least role whose approval it accepts, if it asks for one.
    pub approver: Option<Role>,
    /// How many different people must approve, if it asks for them.
    pub approvals: Option<u8>,
    /// The file it stands in.
    pub file: String,
    /// The rule as written there.
    pub text: String,
}

impl RuleText {
    /// The rule as a decision's reason.
    pub fn as_reason(&self) -> Reason {
        Reason { rule: self.id.clone(), sentence: self.reason.clone() }
    }
}

/// Reads the rules of a file, in its order, each as Cedar policy of the rule's own name.
pub(crate) fn parse(source: &Source) -> Result<Vec<(RuleText, Policy)>, PolicyError> {
    let file = &source.file;
    let set = cedar_policy::PolicySet::from_str(&source.text).map_err(|error| {
        let line = line(&source.text, &error);
        PolicyError::Parse { file: file.clone(), line, source: Box::new(error) }
    })?;
    if set.num_of_templates() > 0 {
        let rule = "with a ?slot".to_owned();
        let trouble = "templates are not used here; name the principal or resource".to_owned();
        return Err(PolicyError::Rule { file: file.clone(), rule, trouble });
    }
    let mut policies: Vec<_> = set.policies().collect();
    policies.sort_by_key(|policy| number(policy));
    policies.into_iter().map(|policy| annotated(file, policy)).collect()
}

/// The line of the first thing that the parser disliked; the first line if it does not say.
fn line(text: &str, error: &cedar_policy::ParseErrors) -> usize {
    let offset = error.labels().and_then(|mut it| it.next()).map_or(0, |it| it.offset());
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// Cedar numbers the policies of a text `policy0`, `policy1` …
fn number(policy: &Policy) -> usize {
    let id: &str = policy.id().as_ref();
    id.trim_start_matches("policy").parse().unwrap_or(usize::MAX)
}

fn annotated(file: &str, policy: &Policy) -> Result<(RuleText, Policy), PolicyError> {
    let given = policy.annotation("id").filter(|id| !id.trim().is_empty());
    let name = given.map_or_else(|| format!("number {}", number(policy) + 1), str::to_owned);
    let refuse =
        |trouble: String| PolicyError::Rule { file: file.to_owned(), rule: name.clone(), trouble };
    let effect = match policy.effect() {
        Effect::Permit => RuleEffect::Permit,
        Effect::Forbid => RuleEffect::Forbid,
    };
    for (key, _) in policy.annotations() {
        match (key, effect) {
            ("id" | "reason", _) | ("approver" | "approvals", RuleEffect::Forbid) => {}
            ("approver" | "approvals", RuleEffect::Permit) => {
                return Err(refuse(format!("@{key} belongs on a forbid")));
            }
            _ => return Err(refuse(format!("unknown annotation @{key}"))),
        }
    }
    let id = given.ok_or_else(|| refuse("it has no @id".to_owned()))?;
    let reason = policy
        .annotation("reason")
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| refuse("it has no @reason".to_owned()))?;
    let approver = policy
        .annotation("approver")
        .map(|text| text.parse::<Role>().map_err(|error| refuse(error.to_string())))
        .transpose()?;
    let approvals = policy
        .annotation("approvals")
        .map(|text| people(text).ok_or_else(|| refuse("@approvals is a number, 1 to 9".to_owned())))
        .transpose()?;
    roles_exist(policy).map_err(refuse)?;
    let text = RuleText {
        id: id.to_owned(),
        reason: reason.to_owned(),
        effect,
        approver,
        approvals,
        file: file.to_owned(),
        text: policy.to_cedar().unwrap_or_else(|| policy.to_string()),
    };
    Ok((text, policy.new_id(PolicyId::new(id))))
}

fn people(text: &str) -> Option<u8> {
    text.parse().ok().filter(|number| (1..=9).contains(number))
}

/// The schema cannot list the roles, because they contain each other; so it is done here.
fn roles_exist(policy: &Policy) -> Result<(), String> {
    for literal in policy.entity_literals() {
        if literal.type_name().basename() == "Role" {
            Role::from_str(literal.id().unescaped()).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
