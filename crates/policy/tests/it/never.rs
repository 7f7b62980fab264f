//! What no combination of facts may ever allow, tried over all of them.

use std::collections::BTreeSet;

use evenkeel_domain::{
    action::ActionCall,
    cluster::Environment,
    object::{ObjectKind, ObjectRef},
    policy::Verdict,
    risk,
};
use evenkeel_policy::{ActionQuestion, PolicySet, Surroundings};

use crate::support::{ENVIRONMENTS, calls, shipped};

/// One kind for each action, and two for none.
const KINDS: [ObjectKind; 9] = [
    ObjectKind::Deployment,
    ObjectKind::Pod,
    ObjectKind::Node,
    ObjectKind::HorizontalPodAutoscaler,
    ObjectKind::ConfigMap,
    ObjectKind::Job,
    ObjectKind::Repository,
    ObjectKind::Service,
    ObjectKind::Secret,
];

/// One combination of everything the gate looks at.
#[derive(Debug, Clone)]
struct Facts {
    call: ActionCall,
    object: ObjectRef,
    replicas: Option<u32>,
    risk: u8,
    has_undo: bool,
    dry_run_ok: bool,
    target_listed: bool,
    actions_in_plan: usize,
    around: Surroundings,
}

impl Facts {
    fn verdict(&self, policies: &PolicySet) -> Verdict {
        let question = ActionQuestion {
            call: &self.call,
            object: &self.object,
            replicas: self.replicas,
            risk: self.risk,
            has_undo: self.has_undo,
            dry_run_ok: self.dry_run_ok,
            target_listed: self.target_listed,
            actions_in_plan: self.actions_in_plan,
            around: &self.around,
        };
        let judged = policies.judge_action(&question);
        assert!(!judged.reasons.is_empty(), "no reason for {self:?}");
        assert_eq!(judged.verdict == Verdict::NeedsApproval, judged.approver.is_some());
        assert_eq!(judged.verdict == Verdict::NeedsApproval, judged.approvals > 0);
        judged.verdict
    }
}

/// Every call on objects of these kinds in every environment, over the other facts at their edges.
fn everything(kinds: &[ObjectKind], mut each: impl FnMut(Facts)) {
    let mut calls = calls();
    calls.push(ActionCall::Scale { replicas: 0 });
    for call in calls {
        for &kind in kinds {
            for environment in ENVIRONMENTS {
                for bits in 0..32_u8 {
                    let bit = |at: u8| bits & (1 << at) != 0;
                    each(Facts {
                        call: call.clone(),
                        object: ObjectRef::new(kind, "shop", "checkout"),
                        replicas: bit(0).then_some(3),
                        risk: if bit(1) { 8 } else { 2 },
                        has_undo: bit(2),
                        dry_run_ok: true,
                        target_listed: true,
                        actions_in_plan: if bit(3) { 2 } else { 1 },
                        around: surroundings(environment, bit(4)),
                    });
                }
            }
        }
    }
}

fn surroundings(environment: Environment, emergency_stop: bool) -> Surroundings {
    Surroundings {
        environment,
        emergency_stop,
        alert_namespaces: BTreeSet::from(["shop".to_owned()]),
        alert_nodes: BTreeSet::from(["checkout".to_owned()]),
        protected_namespaces: BTreeSet::new(),
    }
}

#[test]
fn i11_nothing_is_allowed_or_even_asked_for_during_emergency_stop_nor_scaled_to_zero() {
    let policies = shipped();
    let (mut allowed, mut asked) = (0, 0);
    everything(&KINDS, |facts| {
        let verdict = facts.verdict(&policies);
        let zero = matches!(facts.call, ActionCall::Scale { replicas: 0 });
        if facts.around.emergency_stop || zero {
            assert_eq!(verdict, Verdict::Deny, "{facts:?}");
        }
        if facts.object.kind == ObjectKind::Secret
            || !risk::fits(facts.call.kind(), facts.object.kind)
        {
            assert_eq!(verdict, Verdict::Deny, "{facts:?}");
        }
        if verdict == Verdict::Allow {
            assert_ne!(facts.around.environment, Environment::Production, "{facts:?}");
            assert_eq!(facts.call, ActionCall::RolloutRestart, "{facts:?}");
        }
        allowed += usize::from(verdict == Verdict::Allow);
        asked += usize::from(verdict == Verdict::NeedsApproval);
    });
    assert!(allowed > 0 && asked > 0, "the loop must also see what is allowed: {allowed} {asked}");
}

#[test]
fn nothing_is_allowed_or_asked_for_in_a_foreign_or_protected_namespace_unlisted_or_untried() {
    let policies = shipped();
    let spoilt: [fn(&mut Facts); 7] = [
        |it| it.around.alert_namespaces = BTreeSet::from(["payments".to_owned()]),
        |it| it.around.alert_namespaces = BTreeSet::new(),
        |it| {
            it.object.namespace = String::new();
            it.around.alert_namespaces = BTreeSet::from([String::new()]);
        },
        |it| {
            it.object.namespace = "kube-system".to_owned();
            it.around.alert_namespaces = BTreeSet::from(["kube-system".to_owned()]);
        },
        |it| it.around.protected_namespaces = BTreeSet::from(["shop".to_owned()]),
        |it| it.target_listed = false,
        |it| it.dry_run_ok = false,
    ];
    everything(&[ObjectKind::StatefulSet, ObjectKind::ConfigMap, ObjectKind::Job], |facts| {
        // What Emergency Stop denies anyway would prove nothing here.
        if facts.around.emergency_stop {
            return;
        }
        for spoil in spoilt {
            let mut facts = facts.clone();
            spoil(&mut facts);
            assert_eq!(facts.verdict(&policies), Verdict::Deny, "{facts:?}");
        }
    });
}

#[test]
fn i6_more_risk_never_brings_a_better_verdict() {
    let policies = shipped();
    for call in calls() {
        for environment in ENVIRONMENTS {
            let verdicts: Vec<_> = (0..=10)
                .map(|risk| {
                    let facts = Facts {
                        object: crate::support::object(&call),
                        call: call.clone(),
                        replicas: Some(3),
                        risk,
                        has_undo: true,
                        dry_run_ok: true,
                        target_listed: true,
                        actions_in_plan: 1,
                        around: surroundings(environment, false),
                    };
                    facts.verdict(&policies)
                })
                .collect();
            assert!(verdicts.is_sorted(), "{call:?} in {environment:?}: {verdicts:?}");
            assert_eq!(verdicts[9..], [Verdict::Deny, Verdict::Deny]);
        }
    }
}
