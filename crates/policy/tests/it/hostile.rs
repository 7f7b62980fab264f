//! Names that try to be more than names (invariant I7).

use std::collections::BTreeSet;

use evenkeel_domain::{
    action::ActionCall,
    cluster::Environment,
    object::{ObjectKind, ObjectRef},
    policy::Verdict,
};
use evenkeel_policy::{ActionQuestion, PolicySet, Surroundings};

use crate::support::shipped;

fn names() -> Vec<String> {
    vec![
        r#"a"b"#.to_owned(),
        r#"x", namespace: "kube-system"#.to_owned(),
        r#"Workload::"Deployment/shop/checkout""#.to_owned(),
        r#"") || true || ("#.to_owned(),
        r"\".to_owned(),
        r"\u{0}\n\*".to_owned(),
        "\0\u{7f}\u{1b}[31m".to_owned(),
        "\u{202e}tuokcehc".to_owned(),
        "кube-system".to_owned(),
        "名前🦀".to_owned(),
        "*".to_owned(),
        "e\u{301}".repeat(500),
        "n".repeat(1 << 20),
    ]
}

fn verdict(
    policies: &PolicySet,
    object: &ObjectRef,
    call: &ActionCall,
    namespaces: &[&str],
) -> Verdict {
    let around = Surroundings {
        environment: Environment::Development,
        emergency_stop: false,
        alert_namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        alert_nodes: BTreeSet::new(),
        protected_namespaces: BTreeSet::new(),
    };
    let judged = policies.judge_action(&ActionQuestion {
        call,
        object,
        replicas: Some(3),
        risk: 4,
        has_undo: true,
        dry_run_ok: true,
        target_listed: true,
        actions_in_plan: 1,
        around: &around,
    });
    assert_ne!(judged.reasons[0].rule, "policy.trouble", "{}", judged.reasons[0].sentence);
    judged.verdict
}

#[test]
fn i7_a_name_is_a_name_whatever_it_says() {
    let policies = shipped();
    for name in names() {
        let object = ObjectRef::new(ObjectKind::Deployment, "shop", name.clone());
        assert_eq!(
            verdict(&policies, &object, &ActionCall::RolloutRestart, &["shop"]),
            Verdict::Allow
        );
        assert_eq!(
            verdict(&policies, &object, &ActionCall::RolloutRestart, &[&name]),
            Verdict::Deny
        );
    }
}

#[test]
fn i7_a_namespace_is_compared_whole_and_matches_no_pattern() {
    let policies = shipped();
    for name in names() {
        let object = ObjectRef::new(ObjectKind::Deployment, name.clone(), "checkout");
        assert_eq!(
            verdict(&policies, &object, &ActionCall::RolloutRestart, &[&name]),
            Verdict::Allow
        );
        assert_eq!(
            verdict(&policies, &object, &ActionCall::RolloutRestart, &["shop"]),
            Verdict::Deny
        );
        let shop = ObjectRef::deployment("shop", "checkout");
        assert_eq!(verdict(&policies, &shop, &ActionCall::RolloutRestart, &[&name]), Verdict::Deny);
    }
}

#[test]
fn i7_arguments_are_data() {
    let policies = shipped();
    let shop = ObjectRef::deployment("shop", "checkout");
    for name in names() {
        let call = ActionCall::SetImage { container: name.clone(), image: name };
        assert_eq!(verdict(&policies, &shop, &call, &["shop"]), Verdict::NeedsApproval);
    }
}
