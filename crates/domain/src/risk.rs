//! Risk of an action, reckoned from the catalogue, the target and the cluster's own environment.
//! Nothing a model or an alert says goes in (invariant I6): every parameter is a typed value that
//! the server read itself.
//!
//! | part | points |
//! |---|---|
//! | delete a pod | 2 |
//! | scale: at most double or half / up to four times or a quarter / beyond, unknown, or to 0 | 2 / 3 / 4 |
//! | restart | 3 |
//! | roll back, set resources | 4 |
//! | set image | 5 |
//! | cordon, uncordon, run a Job again | 3 |
//! | an autoscaler's bounds: as scaling from the most it may choose now to the most it shall | 2 / 3 / 4 |
//! | set a key of a ConfigMap: whoever reads it may do so at any time | 4 |
//! | close a pull request / open a revert: nothing that runs changes / merge it | 1 / 2 / 4 |
//! | production / staging / development | +3 / +1 / 0 |
//! | a call that replaces pods: the only replica, or nobody knows how many there are | +1 |
//! | deleting a pod: at least half of the replicas | +1 (on top of nothing; a single one counts once) |
//! | scaling down: more than a quarter / half or more / all of the replicas go | +1 / +2 / +3 |
//! | cannot be taken back | +1 |
//! | a call that does not fit the kind of object | 10 |
//!
//! The sum is capped at 10.

use crate::{
    action::{ActionCall, ActionKind},
    cluster::Environment,
    object::{ObjectKind, ObjectRef},
    plan::{Risk, Undo},
};

/// The worst score.
pub const MAX: u8 = 10;

/// Reckons the risk of `call` on `object`, which wants `replicas`, in `environment`, to be taken
/// back by `undo`. For a pod, `replicas` is the number its owner wants.
pub fn assess(
    call: &ActionCall,
    object: &ObjectRef,
    replicas: Option<u32>,
    environment: Environment,
    undo: &Undo,
) -> Risk {
    if !fits(call.kind(), object.kind) {
        let line = format!("{} does not fit a {}: {MAX}", words(call.kind()), object.kind.as_str());
        return Risk { score: MAX, reasons: vec![line] };
    }
    let mut parts = vec![base(call, replicas)];
    parts.push(place(environment));
    parts.extend(blast_radius(call, replicas));
    if matches!(undo, Undo::None { .. }) {
        parts.push((1, "it cannot be taken back".to_owned()));
    }
    sum(&parts)
}

/// Whether the catalogue knows `action` on such an object.
pub fn fits(action: ActionKind, object: ObjectKind) -> bool {
    use ObjectKind as K;
    match action {
        ActionKind::DeletePod => object == K::Pod,
        ActionKind::Cordon | ActionKind::Uncordon => object == K::Node,
        ActionKind::SetHpaBounds => object == K::HorizontalPodAutoscaler,
        ActionKind::SetConfigKey => object == K::ConfigMap,
        ActionKind::RerunJob => object == K::Job,
        ActionKind::Scale => matches!(object, K::Deployment | K::StatefulSet),
        ActionKind::RolloutUndo
        | ActionKind::RolloutRestart
        | ActionKind::SetImage
        | ActionKind::SetResources => {
            matches!(object, K::Deployment | K::StatefulSet | K::DaemonSet)
        }
        ActionKind::RevertPr | ActionKind::MergePr | ActionKind::ClosePr => object == K::Repository,
    }
}

type Part = (u8, String);

fn base(call: &ActionCall, replicas: Option<u32>) -> Part {
    match call {
        ActionCall::DeletePod => (2, "delete a pod".to_owned()),
        ActionCall::RolloutRestart => (3, "restart".to_owned()),
        ActionCall::RolloutUndo { .. } => (4, "roll back".to_owned()),
        ActionCall::SetResources { .. } => (4, "set resources".to_owned()),
        ActionCall::SetImage { .. } => (5, "set image".to_owned()),
        ActionCall::Scale { replicas: wanted } => scale("scale", replicas, *wanted),
        ActionCall::SetHpaBounds { max, .. } => scale("an autoscaler's most", replicas, *max),
        ActionCall::Cordon => (3, "cordon".to_owned()),
        ActionCall::Uncordon => (3, "uncordon".to_owned()),
        ActionCall::RerunJob => (3, "run a Job again".to_owned()),
        ActionCall::SetConfigKey { .. } => (4, "set a key of a ConfigMap".to_owned()),
        ActionCall::ClosePr { .. } => (1, "close a pull request".to_owned()),
        ActionCall::RevertPr { .. } => (2, "open a revert; nothing that runs changes".to_owned()),
        ActionCall::MergePr { .. } => (4, "merge a revert".to_owned()),
    }
}

fn scale(what: &str, replicas: Option<u32>, wanted: u32) -> Part {
    let Some(now) = replicas else {
        return (4, format!("{what} from an unknown number to {wanted}"));
    };
    let (low, high) = (u64::from(now.min(wanted).max(1)), u64::from(now.max(wanted)));
    let points = match high {
        _ if wanted == 0 => 4,
        high if high <= low * 2 => 2,
        high if high <= low * 4 => 3,
        _ => 4,
    };
    (points, format!("{what} from {now} to {wanted}"))
}

fn place(environment: Environment) -> Part {
    let points = match environment {
        Environment::Production => 3,
        Environment::Staging => 1,
        Environment::Development => 0,
    };
    (points, environment.as_str().to_owned())
}

/// How much of the workload is touched at the same time. Rollouts replace pods a few at a time,
/// so they count only where a few are all.
fn blast_radius(call: &ActionCall, replicas: Option<u32>) -> Option<Part> {
    match call {
        ActionCall::Scale { replicas: wanted } | ActionCall::SetHpaBounds { max: wanted, .. } => {
            return scale_down(replicas, *wanted);
        }
        // Nothing that runs is replaced.
        ActionCall::Cordon
        | ActionCall::Uncordon
        | ActionCall::SetConfigKey { .. }
        | ActionCall::RerunJob
        | ActionCall::RevertPr { .. }
        | ActionCall::MergePr { .. }
        | ActionCall::ClosePr { .. } => return None,
        ActionCall::RolloutUndo { .. }
        | ActionCall::RolloutRestart
        | ActionCall::SetImage { .. }
        | ActionCall::SetResources { .. }
        | ActionCall::DeletePod => {}
    }
    match replicas {
        None => Some((1, "nobody knows how many replicas carry on meanwhile".to_owned())),
        Some(1) => Some((1, "the only replica, nothing carries on meanwhile".to_owned())),
        Some(2) if call.kind() == ActionKind::DeletePod => {
            Some((1, "half of the replicas at once".to_owned()))
        }
        Some(_) => None,
    }
}

fn scale_down(replicas: Option<u32>, wanted: u32) -> Option<Part> {
    if wanted == 0 {
        return Some((3, "takes every replica away".to_owned()));
    }
    let now = replicas?;
    let gone = u64::from(now.saturating_sub(wanted));
    let points = match u64::from(now) {
        now if gone * 2 >= now && gone > 0 => 2,
        now if gone * 4 > now => 1,
        _ => return None,
    };
    Some((points, format!("takes {gone} of {now} replicas away")))
}

fn sum(parts: &[Part]) -> Risk {
    let mut reasons: Vec<_> = parts
        .iter()
        .enumerate()
        .map(
            |(at, (points, why))| {
                if at == 0 { format!("{why}: {points}") } else { format!("{why}: +{points}") }
            },
        )
        .collect();
    let total: u8 = parts.iter().map(|(points, _)| points).sum();
    if total > MAX {
        reasons.push(format!("together {total}, capped at {MAX}"));
    }
    Risk { score: total.min(MAX), reasons }
}

fn words(kind: ActionKind) -> String {
    kind.as_str().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::action::ConfigValue;

    const ENVIRONMENTS: [Environment; 3] =
        [Environment::Development, Environment::Staging, Environment::Production];

    fn calls() -> Vec<ActionCall> {
        let mut calls = vec![
            ActionCall::DeletePod,
            ActionCall::RolloutRestart,
            ActionCall::RolloutUndo { to_revision: 4 },
            ActionCall::SetImage { container: "app".into(), image: "app:2".into() },
            ActionCall::SetResources {
                container: "app".into(),
                limits: BTreeMap::new(),
                requests: BTreeMap::new(),
            },
        ];
        let opened_by = crate::id::ActionId::from_parts(0, 1);
        calls.extend([
            ActionCall::RevertPr { commit: "a".repeat(40), pull: None, branch: "main".into() },
            ActionCall::MergePr { opened_by, commit: "a".repeat(40) },
            ActionCall::ClosePr { opened_by },
        ]);
        calls.extend([0, 1, 2, 3, 5, 8, u32::MAX].map(|replicas| ActionCall::Scale { replicas }));
        calls.extend([1, 4, 30].map(|max| ActionCall::SetHpaBounds { min: 1, max }));
        calls.extend([
            ActionCall::Cordon,
            ActionCall::Uncordon,
            ActionCall::RerunJob,
            ActionCall::SetConfigKey {
                key: "LEVEL".into(),
                value: ConfigValue::Text { text: "info".into() },
            },
        ]);
        calls
    }

    fn object(call: &ActionCall) -> ObjectRef {
        let kind = match call {
            ActionCall::DeletePod => ObjectKind::Pod,
            ActionCall::Cordon | ActionCall::Uncordon => ObjectKind::Node,
            ActionCall::SetHpaBounds { .. } => ObjectKind::HorizontalPodAutoscaler,
            ActionCall::SetConfigKey { .. } => ObjectKind::ConfigMap,
            ActionCall::RerunJob => ObjectKind::Job,
            call if call.kind().is_code() => ObjectKind::Repository,
            _ => ObjectKind::Deployment,
        };
        ObjectRef::new(kind, "shop", "checkout")
    }

    fn undo() -> Undo {
        Undo::By { call: ActionCall::RolloutUndo { to_revision: 5 } }
    }

    fn no_undo() -> Undo {
        Undo::None { reason: "pods are made anew".into() }
    }

    fn score(call: &ActionCall, replicas: Option<u32>, environment: Environment) -> u8 {
        assess(call, &object(call), replicas, environment, &undo()).score
    }

    #[test]
    fn the_base_is_that_of_the_documented_table() {
        let dev = Environment::Development;
        let bases: Vec<_> = calls()[..8].iter().map(|call| score(call, Some(4), dev)).collect();
        assert_eq!(bases, [2, 3, 4, 5, 4, 2, 4, 1]);
    }

    #[test]
    fn scaling_grows_with_the_factor_and_with_what_it_takes_away() {
        let table = [
            (Some(4), 4, 2),
            (Some(4), 8, 2),
            (Some(4), 9, 3),
            (Some(4), 16, 3),
            (Some(4), 17, 4),
            (Some(4), 3, 2),
            (Some(5), 3, 3),
            (Some(4), 2, 4),
            (Some(4), 1, 5),
            (Some(9), 2, 6),
            (Some(4), 0, 7),
            (Some(0), 1, 2),
            (Some(0), 0, 7),
            (None, 3, 4),
            (None, 0, 7),
            (Some(u32::MAX), u32::MAX, 2),
        ];
        for (now, wanted, expected) in table {
            let call = ActionCall::Scale { replicas: wanted };
            assert_eq!(score(&call, now, Environment::Development), expected, "{now:?} → {wanted}");
        }
    }

    #[test]
    fn what_replaces_no_pod_has_the_same_risk_whatever_the_number() {
        let dev = Environment::Development;
        let config = ActionCall::SetConfigKey {
            key: "A".into(),
            value: ConfigValue::Text { text: "b".into() },
        };
        let calls = [
            (ActionCall::Cordon, 3),
            (ActionCall::Uncordon, 3),
            (ActionCall::RerunJob, 3),
            (config, 4),
        ];
        for (call, expected) in calls {
            for replicas in [None, Some(1), Some(3)] {
                assert_eq!(score(&call, replicas, dev), expected, "{call:?} {replicas:?}");
            }
        }
        let bounds = |max| ActionCall::SetHpaBounds { min: 1, max };
        for (now, max, expected) in [(4, 8, 2), (4, 9, 3), (4, 17, 4), (4, 2, 4), (4, 0, 7)] {
            assert_eq!(score(&bounds(max), Some(now), dev), expected, "{now} → {max}");
        }
    }

    #[test]
    fn a_lone_replica_and_a_missing_undo_count_one_each() {
        let restart = ActionCall::RolloutRestart;
        let risk = |replicas, undo: &Undo| {
            assess(&restart, &object(&restart), replicas, Environment::Production, undo)
        };
        assert_eq!(risk(Some(3), &undo()).score, 6);
        assert_eq!(risk(Some(1), &undo()).score, 7);
        assert_eq!(risk(None, &undo()).score, 7);
        let worst = risk(Some(1), &no_undo());
        assert_eq!(worst.score, 8);
        assert_eq!(
            worst.reasons,
            [
                "restart: 3",
                "production: +3",
                "the only replica, nothing carries on meanwhile: +1",
                "it cannot be taken back: +1",
            ]
        );
        let delete = ActionCall::DeletePod;
        assert_eq!(score(&delete, Some(2), Environment::Development), 3);
        assert_eq!(score(&delete, Some(3), Environment::Development), 2);
    }

    #[test]
    fn a_call_that_does_not_fit_the_object_is_the_worst() {
        let service = ObjectRef::new(ObjectKind::Service, "shop", "checkout");
        for call in calls() {
            let risk = assess(&call, &service, Some(3), Environment::Development, &undo());
            assert_eq!(risk.score, MAX, "{call:?}");
        }
        let deployment = ObjectRef::deployment("shop", "checkout");
        let call = ActionCall::DeletePod;
        let risk = assess(&call, &deployment, Some(3), Environment::Development, &undo());
        assert_eq!(risk.reasons, ["delete pod does not fit a Deployment: 10"]);
    }

    #[test]
    fn i6_risk_never_falls_from_development_to_staging_to_production() {
        let replicas = [None, Some(0), Some(1), Some(2), Some(3), Some(50), Some(u32::MAX)];
        for call in calls() {
            for now in replicas {
                for undo in [undo(), no_undo()] {
                    let scores =
                        ENVIRONMENTS.map(|at| assess(&call, &object(&call), now, at, &undo).score);
                    assert!(scores.is_sorted(), "{call:?} {now:?}: {scores:?}");
                    assert!(scores[2] <= MAX);
                }
            }
        }
    }

    #[test]
    fn what_exceeds_the_cap_says_so() {
        let call = ActionCall::Scale { replicas: 0 };
        let risk = assess(&call, &object(&call), Some(4), Environment::Production, &no_undo());
        assert_eq!(risk.score, MAX);
        assert_eq!(risk.reasons.last().map(String::as_str), Some("together 11, capped at 10"));
    }
}
