//! Who may do what, and what may be done where, as tables that a reviewer reads when they change.

use std::fmt::Write;

use evenkeel_domain::{
    access::{Permission, Role},
    action::ActionCall,
    cluster::Environment,
    plan::Undo,
    policy::Verdict,
    risk,
};
use evenkeel_policy::{ActionQuestion, PolicySet};

use crate::support::{
    ENVIRONMENTS, TOKENS, around, caller, calls, object, permissions, resources, shipped, undo,
};

#[test]
fn i9_access_by_role_token_permission_and_place() {
    let policies = shipped();
    let mut table = String::new();
    for token in TOKENS {
        let scope = token.map_or("a browser session", |it| it.as_str());
        writeln!(table, "# {scope}").unwrap();
        writeln!(table, "{:<16}{:<14}viewer     responder  approver   admin", "", "").unwrap();
        for permission in permissions() {
            for (place, resource) in resources(1) {
                let mut line = format!("{:<16}{place:<14}", permission.as_str());
                for role in Role::ALL {
                    let access = policies.may(&caller(role, token), permission, &resource);
                    write!(line, "{:<11}", if access.is_allowed() { "yes" } else { "-" }).unwrap();
                }
                writeln!(table, "{}", line.trim_end()).unwrap();
            }
        }
    }
    insta::assert_snapshot!("access", table);
}

#[test]
fn i9_nobody_reaches_into_another_organisation() {
    let policies = shipped();
    for token in TOKENS {
        for role in Role::ALL {
            for permission in permissions() {
                for (place, resource) in resources(2) {
                    let access = policies.may(&caller(role, token), permission, &resource);
                    assert!(!access.is_allowed(), "{role:?} {token:?} {permission:?} {place}");
                }
            }
        }
    }
}

#[test]
fn i9_a_viewer_can_never_approve_and_nobody_signs_below_the_role_asked_for() {
    let policies = shipped();
    for token in TOKENS {
        for (place, resource) in resources(1) {
            let viewer = caller(Role::Viewer, token);
            assert!(!policies.may(&viewer, Permission::Approve, &resource).is_allowed());
            for least in Role::ALL {
                assert!(!policies.may_sign(&viewer, &resource, least).is_allowed(), "{place}");
                for role in Role::ALL.into_iter().filter(|role| *role < least) {
                    let signs = policies.may_sign(&caller(role, token), &resource, least);
                    assert!(!signs.is_allowed(), "{role:?} signs for {least:?} in {place}");
                }
            }
        }
    }
}

#[test]
fn a_higher_role_may_do_all_that_a_lower_one_may() {
    let policies = shipped();
    for token in TOKENS {
        for permission in permissions() {
            for (place, resource) in resources(1) {
                let answers = Role::ALL
                    .map(|role| policies.may(&caller(role, token), permission, &resource))
                    .map(|access| access.is_allowed());
                assert!(answers.is_sorted(), "{token:?} {permission:?} {place}: {answers:?}");
            }
        }
    }
}

#[test]
fn a_default_denial_says_what_it_takes() {
    let (policies, [_, (_, production), ..]) = (shipped(), &resources(1)[..]) else {
        unreachable!()
    };
    let viewer = caller(Role::Viewer, None);
    let access = policies.explain_access(&viewer, Permission::Approve, production, None);
    assert_eq!(
        access.1[0].sentence,
        "No rule lets a viewer do this (approve); it takes an approver."
    );
}

#[test]
fn actions_by_environment_replicas_and_approval() {
    let policies = shipped();
    let mut table = String::new();
    writeln!(
        table,
        "{:<18}{:<13}{:<10}{:<6}{:<16}{:<10}rules",
        "action", "environment", "replicas", "risk", "alone", "approved"
    )
    .unwrap();
    for call in calls() {
        for environment in ENVIRONMENTS {
            for replicas in [None, Some(1), Some(3)] {
                writeln!(table, "{}", row(&policies, &call, environment, replicas)).unwrap();
            }
        }
    }
    insta::assert_snapshot!("gate", table);
}

fn row(
    policies: &PolicySet,
    call: &ActionCall,
    environment: Environment,
    replicas: Option<u32>,
) -> String {
    let (object, undo, around) = (object(call), undo(call), around(environment));
    let risk = risk::assess(call, &object, replicas, environment, &undo).score;
    let judged = policies.judge_action(&ActionQuestion {
        call,
        object: &object,
        replicas,
        risk,
        has_undo: matches!(undo, Undo::By { .. }),
        dry_run_ok: true,
        target_listed: true,
        actions_in_plan: 1,
        around: &around,
    });
    let alone = match judged.verdict {
        Verdict::Allow => "yes".to_owned(),
        Verdict::Deny => "-".to_owned(),
        Verdict::NeedsApproval => {
            format!("{} × {}", judged.approver.unwrap().as_str(), judged.approvals)
        }
    };
    let approved = if judged.verdict == Verdict::Deny { "-" } else { "yes" };
    let rules: Vec<_> = judged.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    let label = match call {
        ActionCall::Scale { replicas } => format!("scale to {replicas}"),
        call => call.kind().as_str().to_owned(),
    };
    let count = replicas.map_or("unknown".to_owned(), |it| it.to_string());
    format!(
        "{label:<18}{:<13}{count:<10}{risk:<6}{alone:<16}{approved:<10}{}",
        environment.as_str(),
        rules.join(" ")
    )
}
