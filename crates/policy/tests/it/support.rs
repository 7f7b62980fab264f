//! Facts for tests.

use std::{collections::BTreeSet, fs, path::PathBuf};

use evenkeel_domain::{
    Timestamp,
    access::{Caller, Permission, Role, TokenScope},
    action::{ActionCall, ConfigValue},
    cluster::Environment,
    id::{ActionId, ClusterId, EvidenceId, HypothesisId, OrganisationId, PlanId, TokenId, UserId},
    object::{ObjectKind, ObjectRef},
    plan::{Plan, PlannedAction, Risk, Target, Undo, VerificationWindow},
    risk,
};
use evenkeel_policy::{PolicySet, Resource, Surroundings};
use tempfile::TempDir;

pub const ENVIRONMENTS: [Environment; 3] =
    [Environment::Production, Environment::Staging, Environment::Development];

pub const TOKENS: [Option<TokenScope>; 4] =
    [None, Some(TokenScope::Read), Some(TokenScope::Operate), Some(TokenScope::Full)];

pub fn shipped() -> PolicySet {
    PolicySet::shipped().unwrap()
}

/// The folder of the shipped policies.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies"))
}

/// The shipped policies with one more file.
pub fn with(file: &str, text: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    fs::write(dir.path().join(file), text).unwrap();
    dir
}

pub fn organisation(number: u128) -> OrganisationId {
    OrganisationId::from_parts(0, number)
}

pub fn caller(role: Role, token: Option<TokenScope>) -> Caller {
    Caller {
        user: UserId::from_parts(0, 1),
        email: "ada@example.org".to_owned(),
        organisation: organisation(1),
        role,
        token: token.map(|scope| (TokenId::from_parts(0, 1), scope)),
    }
}

/// The organisation itself and a cluster of each environment.
pub fn resources(owner: u128) -> Vec<(&'static str, Resource)> {
    let organisation = organisation(owner);
    let mut all = vec![("organisation", Resource::Organisation(organisation))];
    for environment in ENVIRONMENTS {
        let id = ClusterId::from_parts(0, 1);
        all.push((environment.as_str(), Resource::Cluster { id, organisation, environment }));
    }
    all
}

pub fn permissions() -> impl Iterator<Item = Permission> {
    Permission::ALL.into_iter()
}

pub fn around(environment: Environment) -> Surroundings {
    Surroundings {
        environment,
        emergency_stop: false,
        alert_namespaces: BTreeSet::from(["shop".to_owned()]),
        alert_nodes: BTreeSet::from(["worker-1".to_owned()]),
        protected_namespaces: BTreeSet::new(),
    }
}

/// One call of each kind, and a second scale, downwards.
pub fn calls() -> Vec<ActionCall> {
    vec![
        ActionCall::RolloutUndo { to_revision: 4 },
        ActionCall::RolloutRestart,
        ActionCall::Scale { replicas: 6 },
        ActionCall::Scale { replicas: 1 },
        ActionCall::SetImage { container: "app".into(), image: "shop:2".into() },
        ActionCall::SetResources {
            container: "app".into(),
            limits: [("memory".to_owned(), "256Mi".to_owned())].into(),
            requests: [].into(),
        },
        ActionCall::DeletePod,
        ActionCall::Cordon,
        ActionCall::Uncordon,
        ActionCall::SetHpaBounds { min: 1, max: 6 },
        ActionCall::SetConfigKey {
            key: "LEVEL".into(),
            value: ConfigValue::Text { text: "info".into() },
        },
        ActionCall::RerunJob,
        ActionCall::RevertPr { commit: "a".repeat(40), pull: Some(7), branch: "main".into() },
        ActionCall::MergePr { opened_by: ActionId::from_parts(0, 1), commit: "a".repeat(40) },
        ActionCall::ClosePr { opened_by: ActionId::from_parts(0, 1) },
    ]
}

/// The object such a call is made for.
pub fn object(call: &ActionCall) -> ObjectRef {
    match call {
        ActionCall::DeletePod => ObjectRef::new(ObjectKind::Pod, "shop", "checkout-5d8"),
        ActionCall::Cordon | ActionCall::Uncordon => {
            ObjectRef::new(ObjectKind::Node, "", "worker-1")
        }
        ActionCall::SetHpaBounds { .. } => {
            ObjectRef::new(ObjectKind::HorizontalPodAutoscaler, "shop", "checkout")
        }
        ActionCall::SetConfigKey { .. } => {
            ObjectRef::new(ObjectKind::ConfigMap, "shop", "settings")
        }
        ActionCall::RerunJob => ObjectRef::new(ObjectKind::Job, "shop", "import"),
        call if call.kind().is_code() => ObjectRef::new(ObjectKind::Repository, "acme", "shop"),
        _ => ObjectRef::deployment("shop", "checkout"),
    }
}

/// How such a call is usually taken back.
pub fn undo(call: &ActionCall) -> Undo {
    match call {
        ActionCall::RolloutRestart | ActionCall::DeletePod => {
            Undo::None { reason: "pods come back by themselves".into() }
        }
        ActionCall::RerunJob => Undo::None { reason: "what was done cannot be undone".into() },
        ActionCall::Cordon => Undo::By { call: ActionCall::Uncordon },
        ActionCall::Uncordon => Undo::By { call: ActionCall::Cordon },
        ActionCall::SetHpaBounds { .. } => {
            Undo::By { call: ActionCall::SetHpaBounds { min: 1, max: 3 } }
        }
        ActionCall::SetConfigKey { key, .. } => Undo::By {
            call: ActionCall::SetConfigKey {
                key: key.clone(),
                value: ConfigValue::Before { action: ActionId::from_parts(0, 1) },
            },
        },
        ActionCall::RevertPr { .. } => {
            Undo::By { call: ActionCall::ClosePr { opened_by: ActionId::from_parts(0, 1) } }
        }
        ActionCall::MergePr { .. } | ActionCall::ClosePr { .. } => {
            Undo::None { reason: "what is merged stays merged".into() }
        }
        ActionCall::Scale { .. } => Undo::By { call: ActionCall::Scale { replicas: 3 } },
        _ => Undo::By { call: ActionCall::RolloutUndo { to_revision: 5 } },
    }
}

pub const LISTED: u128 = 1;
pub const DRY_RUN: u128 = 2;

pub fn evidence(number: u128) -> EvidenceId {
    EvidenceId::from_parts(0, number)
}

pub fn answered() -> BTreeSet<EvidenceId> {
    BTreeSet::from([evidence(LISTED), evidence(DRY_RUN)])
}

pub fn planned(number: u128, call: ActionCall, environment: Environment) -> PlannedAction {
    let (object, undo) = (object(&call), undo(&call));
    PlannedAction {
        id: ActionId::from_parts(0, number),
        risk: risk::assess(&call, &object, Some(3), environment, &undo),
        target: Target {
            object,
            uid: "0b1f".to_owned(),
            generation: Some(7),
            replicas: Some(3),
            seen_in: evidence(LISTED),
        },
        call,
        diff: "-a\n+b\n".to_owned(),
        dry_run: evidence(DRY_RUN),
        undo,
    }
}

pub fn plan(actions: Vec<PlannedAction>) -> Plan {
    Plan {
        id: PlanId::from_parts(0, 1),
        hypothesis: HypothesisId::from_parts(0, 1),
        summary: "Put it back.".to_owned(),
        actions,
        predicates: Vec::new(),
        window: VerificationWindow { hold_s: 60, within_s: 600, every_s: 10 },
        figure: None,
        made_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn no_risk() -> Risk {
    Risk { score: 0, reasons: Vec::new() }
}
