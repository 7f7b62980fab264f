//! The catalogue as plans.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Entry, Event, Timestamp,
    action::{ActionCall, ActionKind, ConfigValue},
    alert::{Alert, AlertStatus, Trigger},
    cluster::Environment,
    id::{ActionId, ClusterId, EvidenceId, HypothesisId, IncidentId, OrganisationId, PlanId},
    journal::Opening,
    object::{ObjectKind, ObjectRef},
    plan::{Plan, PlannedAction, Risk, Target, Undo, VerificationWindow},
    predicate::Predicate,
    severity::Severity,
};
use evenkeel_engine::chain;

/// The generation every object begins with.
pub const GENERATION: i64 = 7;

/// A call of that kind and the one that takes it back. A new kind needs a line here.
fn calls(kind: ActionKind) -> (ActionCall, Option<ActionCall>) {
    let image = |image: &str| ActionCall::SetImage { container: "c".into(), image: image.into() };
    let memory = |memory: &str| ActionCall::SetResources {
        container: "c".into(),
        limits: BTreeMap::from([("memory".to_owned(), memory.to_owned())]),
        requests: BTreeMap::new(),
    };
    let key = |value| ActionCall::SetConfigKey { key: "LEVEL".into(), value };
    match kind {
        ActionKind::RolloutUndo => (
            ActionCall::RolloutUndo { to_revision: 1 },
            Some(ActionCall::RolloutUndo { to_revision: 2 }),
        ),
        ActionKind::RolloutRestart => (ActionCall::RolloutRestart, None),
        ActionKind::Scale => {
            (ActionCall::Scale { replicas: 5 }, Some(ActionCall::Scale { replicas: 3 }))
        }
        ActionKind::SetImage => (image("new"), Some(image("old"))),
        ActionKind::SetResources => (memory("128Mi"), Some(memory("64Mi"))),
        ActionKind::DeletePod => (ActionCall::DeletePod, None),
        ActionKind::Cordon => (ActionCall::Cordon, Some(ActionCall::Uncordon)),
        ActionKind::Uncordon => (ActionCall::Uncordon, Some(ActionCall::Cordon)),
        ActionKind::SetHpaBounds => (
            ActionCall::SetHpaBounds { min: 2, max: 8 },
            Some(ActionCall::SetHpaBounds { min: 2, max: 4 }),
        ),
        ActionKind::SetConfigKey => (
            key(ConfigValue::Text { text: "debug".into() }),
            Some(key(ConfigValue::Before { action: ActionId::from_parts(0, 1) })),
        ),
        ActionKind::RerunJob => (ActionCall::RerunJob, None),
        ActionKind::RevertPr => {
            let revert =
                ActionCall::RevertPr { commit: "c".repeat(40), pull: None, branch: "main".into() };
            (revert, Some(ActionCall::ClosePr { opened_by: ActionId::from_parts(0, 1) }))
        }
        ActionKind::MergePr => {
            let opened_by = ActionId::from_parts(0, 1);
            (ActionCall::MergePr { opened_by, commit: "c".repeat(40) }, None)
        }
        ActionKind::ClosePr => {
            (ActionCall::ClosePr { opened_by: ActionId::from_parts(0, 1) }, None)
        }
    }
}

/// The kind of object that such an action is done to.
fn subject(kind: ActionKind) -> ObjectKind {
    match kind {
        ActionKind::RolloutUndo
        | ActionKind::RolloutRestart
        | ActionKind::Scale
        | ActionKind::SetImage
        | ActionKind::SetResources => ObjectKind::Deployment,
        ActionKind::DeletePod => ObjectKind::Pod,
        ActionKind::Cordon | ActionKind::Uncordon => ObjectKind::Node,
        ActionKind::SetHpaBounds => ObjectKind::HorizontalPodAutoscaler,
        ActionKind::SetConfigKey => ObjectKind::ConfigMap,
        ActionKind::RerunJob => ObjectKind::Job,
        ActionKind::RevertPr | ActionKind::MergePr | ActionKind::ClosePr => ObjectKind::Repository,
    }
}

/// One action of that kind on an object of its own.
pub fn action(kind: ActionKind, number: u128) -> PlannedAction {
    let (call, back) = calls(kind);
    let object = ObjectRef::new(subject(kind), "shop", kind.as_str());
    let evidence = EvidenceId::from_parts(0, 1);
    PlannedAction {
        id: ActionId::from_parts(0, number),
        call,
        target: Target {
            object,
            uid: format!("uid-{}", kind.as_str()),
            generation: Some(GENERATION),
            replicas: Some(3),
            seen_in: evidence,
        },
        risk: Risk { score: 1, reasons: vec![] },
        diff: "a diff".into(),
        dry_run: evidence,
        undo: match back {
            Some(call) => Undo::By { call },
            None => Undo::None { reason: "it changes no setting".into() },
        },
    }
}

/// A plan of one action of each of these kinds.
pub fn plan(kinds: &[ActionKind]) -> Plan {
    let actions: Vec<_> = (1..).zip(kinds).map(|(n, kind)| action(*kind, n)).collect();
    Plan {
        id: PlanId::from_parts(0, 1),
        hypothesis: HypothesisId::from_parts(0, 1),
        summary: "the catalogue".into(),
        predicates: vec![Predicate::RolloutComplete { object: actions[0].target.object.clone() }],
        actions,
        window: VerificationWindow { hold_s: 1, within_s: 5, every_s: 1 },
        figure: None,
        made_at: Timestamp::UNIX_EPOCH,
    }
}

/// Kinds that can be taken back.
pub fn with_undo() -> Vec<ActionKind> {
    ActionKind::ALL.into_iter().filter(|kind| calls(*kind).1.is_some()).collect()
}

/// The first record of an incident.
pub fn opened() -> Vec<Entry> {
    let opening = Opening {
        organisation: OrganisationId::from_parts(0, 1),
        cluster: ClusterId::from_parts(0, 1),
        cluster_name: "c".into(),
        environment: Environment::Development,
        trigger: Trigger::Alert,
        group_key: "g".into(),
        title: "t".into(),
        severity: Severity::Critical,
        alerts: vec![Alert {
            fingerprint: "f".into(),
            status: AlertStatus::Firing,
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            starts_at: Timestamp::UNIX_EPOCH,
            ends_at: None,
            generator_url: None,
        }],
    };
    let events = vec![Event::Opened { opening: Box::new(opening) }];
    let incident = IncidentId::from_parts(0, 1);
    chain::chain(incident, 0, chain::GENESIS, Timestamp::UNIX_EPOCH, events).unwrap()
}
