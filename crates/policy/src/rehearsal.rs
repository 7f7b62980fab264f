//! New policies are tried before they count: one sample of every question that is ever asked. A
//! schema that lacks a question, and a rule that always fails, are found here and not at 3 a.m.

use std::collections::{BTreeMap, BTreeSet};

use evenkeel_domain::{
    access::{Caller, Permission, Role, TokenScope},
    action::{ActionCall, ConfigValue},
    cluster::Environment,
    id::{ActionId, ClusterId, OrganisationId, TokenId, UserId},
    object::ObjectRef,
};

use crate::{
    access::Resource,
    action::{ActionQuestion, Surroundings},
    ask::Trouble,
    set::PolicySet,
};

impl PolicySet {
    /// Asks the samples.
    pub(crate) fn rehearse(&self) -> Result<(), Trouble> {
        self.rehearse_access()?;
        self.rehearse_gate()
    }

    fn rehearse_access(&self) -> Result<(), Trouble> {
        let organisation = OrganisationId::from_parts(0, 0);
        let caller = Caller {
            user: UserId::from_parts(0, 0),
            email: String::new(),
            organisation,
            role: Role::Viewer,
            token: Some((TokenId::from_parts(0, 0), TokenScope::Read)),
        };
        let whole = Resource::Organisation(organisation);
        let id = ClusterId::from_parts(0, 0);
        let cluster = Resource::Cluster { id, organisation, environment: Environment::Production };
        for permission in Permission::ALL {
            let answers = [&whole, &cluster].map(|it| self.access(&caller, permission, it, None));
            let mut unknown = 0;
            for answer in answers {
                match answer {
                    Err(Trouble::Question(_)) => unknown += 1,
                    Err(trouble) => return Err(trouble),
                    Ok(_) => {}
                }
            }
            if unknown == 2 {
                let action = permission.as_str();
                return Err(Trouble::Question(format!(
                    "it has no action {action} of a User on a Cluster or an Organisation"
                )));
            }
        }
        self.access(&caller, Permission::Approve, &cluster, Some(Role::Admin)).map(drop)
    }

    fn rehearse_gate(&self) -> Result<(), Trouble> {
        let around = Surroundings {
            environment: Environment::Production,
            emergency_stop: false,
            alert_namespaces: BTreeSet::new(),
            alert_nodes: BTreeSet::new(),
            protected_namespaces: BTreeSet::new(),
        };
        let (text, none) = (String::new, BTreeMap::new);
        let calls = [
            ActionCall::RolloutUndo { to_revision: 1 },
            ActionCall::RolloutRestart,
            ActionCall::Scale { replicas: 1 },
            ActionCall::SetImage { container: text(), image: text() },
            ActionCall::SetResources { container: text(), limits: none(), requests: none() },
            ActionCall::DeletePod,
            ActionCall::Cordon,
            ActionCall::Uncordon,
            ActionCall::SetHpaBounds { min: 1, max: 1 },
            ActionCall::SetConfigKey { key: text(), value: ConfigValue::Text { text: text() } },
            ActionCall::RerunJob,
            ActionCall::RevertPr { commit: text(), pull: None, branch: text() },
            ActionCall::MergePr { opened_by: ActionId::from_parts(0, 0), commit: text() },
            ActionCall::ClosePr { opened_by: ActionId::from_parts(0, 0) },
        ];
        for call in &calls {
            self.gate(&ActionQuestion {
                call,
                object: &ObjectRef::deployment("", ""),
                replicas: Some(1),
                risk: 0,
                has_undo: false,
                dry_run_ok: false,
                target_listed: false,
                actions_in_plan: 1,
                around: &around,
            })?;
        }
        Ok(())
    }
}
