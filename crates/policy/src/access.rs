//! The first question: may this caller do this here?

use cedar_policy::{Context, RestrictedExpression};
use evenkeel_domain::{
    access::{Caller, Permission, Role},
    cluster::{Cluster, Environment},
    id::{ClusterId, OrganisationId},
    policy::Reason,
};

use crate::{
    ask::{Answer, Question, Trouble},
    entities,
    set::PolicySet,
};

/// The rule named when nothing allowed a request.
const DEFAULT: &str = "access.default";

/// What a permission is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// An organisation as a whole.
    Organisation(OrganisationId),
    /// One cluster.
    Cluster {
        /// Its id.
        id: ClusterId,
        /// Whose it is.
        organisation: OrganisationId,
        /// What it is used for, from its own configuration (invariant I6).
        environment: Environment,
    },
}

impl From<&Cluster> for Resource {
    fn from(cluster: &Cluster) -> Self {
        Self::Cluster {
            id: cluster.id,
            organisation: cluster.organisation,
            environment: cluster.environment,
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Access {
    /// Yes.
    Allowed,
    /// No.
    Denied {
        /// Why, at least one line.
        reasons: Vec<Reason>,
    },
}

impl Access {
    /// Whether the answer is yes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed)
    }
}

impl PolicySet {
    /// May `caller` do `permission` to `resource`? Denied unless a rule allows it (invariant I9).
    pub fn may(&self, caller: &Caller, permission: Permission, resource: &Resource) -> Access {
        self.explain_access(caller, permission, resource, None).0
    }

    /// May `caller` sign a plan of `cluster` whose decision asks for the role `least` or more?
    pub fn may_sign(&self, caller: &Caller, cluster: &Resource, least: Role) -> Access {
        self.explain_access(caller, Permission::Approve, cluster, Some(least)).0
    }

    /// The same with the rules that brought the answer, also when it is yes.
    pub fn explain_access(
        &self,
        caller: &Caller,
        permission: Permission,
        resource: &Resource,
        least: Option<Role>,
    ) -> (Access, Vec<Reason>) {
        let reasons = match self.access(caller, permission, resource, least) {
            Ok(answer) if answer.allowed => {
                return (Access::Allowed, self.reasons(&answer.rules));
            }
            Ok(answer) if answer.rules.is_empty() => {
                vec![self.nobody_said_yes(caller, permission, resource, least)]
            }
            Ok(answer) => self.reasons(&answer.rules),
            Err(trouble) => vec![trouble.reason()],
        };
        (Access::Denied { reasons: reasons.clone() }, reasons)
    }

    pub(crate) fn access(
        &self,
        caller: &Caller,
        permission: Permission,
        resource: &Resource,
        least: Option<Role>,
    ) -> Result<Answer, Trouble> {
        let names = &self.names;
        let user = entities::user(names, caller)?;
        let resource = entities::resource(names, resource)?;
        let least = least.map(|role| {
            ("least".to_owned(), RestrictedExpression::new_entity_uid(names.role(role)))
        });
        let question = Question {
            principal: user.uid(),
            action: names.action(permission.as_str()),
            resource: resource.uid(),
            context: Context::from_pairs(least)?,
        };
        self.ask(question, &self.with([user, resource])?)
    }

    /// A denial that no rule brought, in words, with the least role that would have been enough.
    fn nobody_said_yes(
        &self,
        caller: &Caller,
        permission: Permission,
        resource: &Resource,
        least: Option<Role>,
    ) -> Reason {
        let enough = Role::ALL.into_iter().find(|role| {
            let other = Caller { role: *role, ..caller.clone() };
            self.access(&other, permission, resource, least).is_ok_and(|answer| answer.allowed)
        });
        let (what, who) = (permission.as_str().replace('_', " "), article(caller.role));
        let sentence = match enough {
            Some(role) => {
                format!("No rule lets {who} do this ({what}); it takes {}.", article(role))
            }
            None => format!("No rule lets anybody do this ({what})."),
        };
        Reason { rule: DEFAULT.to_owned(), sentence }
    }
}

fn article(role: Role) -> String {
    let name = role.as_str();
    let article = if name.starts_with('a') { "an" } else { "a" };
    format!("{article} {name}")
}
