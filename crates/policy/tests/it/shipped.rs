//! The shipped policies and the tests beside them.

use std::{collections::BTreeSet, fs};

use evenkeel_policy::{PolicySet, RuleEffect, test_runner::run_tests};

use crate::support::{folder, shipped, with};

#[test]
fn the_folder_is_what_was_compiled_in() {
    let (inside, outside) = (shipped(), PolicySet::load(&folder()).unwrap());
    assert_eq!(inside.version(), outside.version());
    assert_eq!(inside.rules(), outside.rules());
    assert_eq!(inside.version().len(), 64);
}

#[test]
fn every_policy_test_passes_and_every_rule_is_tested() {
    let report = run_tests(&shipped(), &folder().join("tests")).unwrap();
    assert!(report.passed(), "\n{report}");
    assert!(report.cases.len() >= 30, "only {} cases", report.cases.len());
    assert_eq!(report.untested, BTreeSet::new(), "\n{report}");
    let names: BTreeSet<_> = report.cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), report.cases.len(), "two cases share a name");
}

#[test]
fn a_policy_test_that_expects_something_else_fails_with_the_difference() {
    let dir = tempfile::tempdir().unwrap();
    let case = "
- name: wrong on purpose
  action: { call: { kind: rollout_restart }, environment: production }
  expect: allow
  rules: [gate.restart-alone-outside-production]
  approver: responder
  approvals: 2
";
    fs::write(dir.path().join("wrong.yaml"), case).unwrap();
    let report = run_tests(&shipped(), dir.path()).unwrap();
    assert!(!report.passed());
    assert_eq!(
        report.cases[0].differences,
        [
            "expected allow, got needs approval",
            "rule gate.restart-alone-outside-production was expected and did not speak",
            "rule gate.production-needs-approver spoke and was not expected",
            "expected approval by responder, got approver",
            "expected 2 approvals, got 1",
        ]
    );
    assert!(report.to_string().contains("FAILED wrong.yaml: wrong on purpose"));
    assert!(report.to_string().ends_with("0 of 1 policy tests passed"));
}

#[test]
fn a_rule_that_shifts_by_a_hair_fails_a_policy_test() {
    let shifts = [
        (
            "access.cedar",
            "unless { resource in principal.organisation }",
            "unless { resource in principal.organisation || action == Action::\"view\" }",
        ),
        (
            "access.cedar",
            "resource.environment != Environment::\"production\"",
            "resource.environment == Environment::\"development\"",
        ),
        ("access.cedar", "!(principal in context.least)", "!(principal in Role::\"responder\")"),
        ("access.cedar", "Action::\"approve\", Action::\"resume\",", "Action::\"resume\","),
        ("access.cedar", "Action::\"approve\", Action::\"resume\",", "Action::\"approve\","),
        ("gate-never.cedar", "replicas_wanted < 1", "replicas_wanted < 2"),
        ("gate-never.cedar", "risk >= 9", "risk > 9"),
        ("gate-never.cedar", "actions_in_plan > 5", "actions_in_plan >= 5"),
        ("gate-never.cedar", "actions_in_plan > 5", "actions_in_plan > 6"),
        ("gate-never.cedar", "resource.namespace != \"\" &&", ""),
        ("gate-never.cedar", "resource.protected ||", ""),
        ("gate-never.cedar", "like \"kube-*\"", "like \"kube\""),
        ("gate-never.cedar", ", Kind::\"StatefulSet\"", ""),
        ("gate-people.cedar", "risk < 6", "risk < 5"),
        ("gate-people.cedar", "risk < 6", "risk < 7"),
        ("gate-people.cedar", "actions_in_plan == 1", "actions_in_plan <= 2"),
        ("gate-people.cedar", "risk >= 7", "risk > 7"),
        ("gate-people.cedar", "risk >= 7", "risk >= 6"),
        ("gate-people.cedar", "@approver(\"responder\")", "@approver(\"approver\")"),
        ("gate-people.cedar", "@approvals(\"1\")", "@approvals(\"2\")"),
        (
            "gate-people.cedar",
            "[Action::\"rollout_restart\", Action::\"delete_pod\"]",
            "[Action::\"rollout_restart\"]",
        ),
    ];
    for (file, from, to) in shifts {
        let dir = with("none.cedar", "");
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(dir.path().join(file), text.replace(from, to)).unwrap();
        let policies = PolicySet::load(dir.path()).unwrap();
        let report = run_tests(&policies, &folder().join("tests")).unwrap();
        assert!(!report.passed(), "no policy test notices {from} → {to}");
    }
}

#[test]
fn a_policy_test_with_a_misspelt_fact_is_refused() {
    for (case, complaint) in [
        (
            "- { name: x, access: { role: viewer, permission: view, on: staging, forein: true }, expect: allowed, rules: [] }",
            "forein",
        ),
        ("- { name: x, expect: allowed, rules: [] }", "needs either"),
        (
            "- { name: x, access: { role: root, permission: view, on: staging }, expect: allowed, rules: [] }",
            "root",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x.yaml"), case).unwrap();
        let error = run_tests(&shipped(), dir.path()).unwrap_err();
        assert_eq!(error.to_string(), "x.yaml is not a list of policy tests");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(complaint), "{cause}");
    }
}

#[test]
fn a_folder_without_policy_tests_proves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let error = run_tests(&shipped(), dir.path()).unwrap_err();
    assert!(error.to_string().starts_with("there is no policy test in "), "{error}");
}

#[test]
fn rules_show_what_stands_in_the_file() {
    let policies = shipped();
    for rule in policies.rules() {
        let file = fs::read_to_string(folder().join(&rule.file)).unwrap();
        assert!(file.contains(&rule.text), "{} is not in {} as shown", rule.id, rule.file);
        assert!(rule.reason.ends_with('.'), "{}: a sentence ends in a full stop", rule.id);
        assert_eq!(rule.approver.is_some(), rule.approvals.is_some(), "{}", rule.id);
    }
    let find = |id: &str| policies.rules().iter().find(|rule| rule.id == id).unwrap();
    assert_eq!(find("gate.emergency-stop").effect, RuleEffect::Forbid);
    assert_eq!(find("gate.emergency-stop").approver, None);
    assert_eq!(find("gate.production-needs-approver").approvals, Some(1));
}
