//! Folders of policies that must be refused, with the file and the rule named, and rules of one's own.

use std::{error::Error, fs};

use evenkeel_domain::{access::Role, action::ActionCall, cluster::Environment, policy::Verdict};
use evenkeel_policy::{PlanQuestion, PolicyError, PolicySet};

use crate::support::{answered, around, folder, plan, planned, shipped, with};

fn refusal(file: &str, text: &str) -> PolicyError {
    PolicySet::load(with(file, text).path()).unwrap_err()
}

/// The message with all its causes.
fn told(error: &PolicyError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[test]
fn what_does_not_parse_is_refused_with_file_and_line() {
    let error = refusal("own.cedar", "// fine\n\npermit (principal,\n  action resource);\n");
    assert!(told(&error).starts_with("own.cedar, line 4: not valid Cedar: "), "{}", told(&error));
}

#[test]
fn rules_that_do_not_fit_are_refused_by_name() {
    let rule = |head: &str, body: &str| format!("@id(\"own\")\n@reason(\"Own.\")\n{head}{body};");
    let scope = "forbid (principal, action in Action::\"write\", resource)";
    let cases = [
        (
            rule("", "permit (principal == ?principal, action, resource)"),
            "templates are not used here",
        ),
        ("permit (principal, action, resource);".to_owned(), "rule number 1: it has no @id"),
        (
            "@id(\"own\") permit (principal, action, resource);".to_owned(),
            "rule own: it has no @reason",
        ),
        (rule("@aprover(\"admin\")\n", scope), "rule own: unknown annotation @aprover"),
        (rule("@approver(\"root\")\n", scope), "`root` is not a role"),
        (rule("@approvals(\"0\")\n", scope), "rule own: @approvals is a number, 1 to 9"),
        (
            rule("@approver(\"admin\")\n", "permit (principal, action, resource)"),
            "rule own: @approver belongs on a forbid",
        ),
        (
            rule(
                "",
                "permit (principal in Role::\"aprover\", action == Action::\"stop\", resource)",
            ),
            "`aprover` is not a role",
        ),
        (
            rule("", &format!("{scope} when {{ resource.environment == Environment::\"prod\" }}")),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", &format!("{scope} when {{ resource.colour == \"red\" }}")),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", &format!("{scope} when {{ resource.replicas > 3 }}")),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", &format!("{scope} when {{ context.gate.risk > \"3\" }}")),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", "forbid (principal, action == Action::\"reboot\", resource)"),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", &format!("{scope} when {{ resource.name like \"a\" && false }}")),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", "forbid (principal, action == Action::\"stop\", resource is Workload)"),
            "rule own does not fit the schema: ",
        ),
        (
            rule("", scope).replace("\"own\"", "\"gate.emergency-stop\""),
            "the same @id stands in gate-never.cedar already",
        ),
    ];
    for (text, complaint) in cases {
        let error = told(&refusal("own.cedar", &text));
        assert!(error.starts_with("own.cedar: rule "), "{error}");
        assert!(error.contains(complaint), "{error}\ndoes not contain\n{complaint}");
    }
}

#[test]
fn a_schema_that_lacks_a_question_is_refused() {
    let schema = fs::read_to_string(folder().join("schema.cedarschema")).unwrap();
    let replaced = |from: &str, to: &str| {
        assert!(schema.contains(from));
        told(&refusal("schema.cedarschema", &schema.replace(from, to)))
    };
    let error = told(&refusal("schema.cedarschema", "entity {"));
    assert!(error.starts_with("schema.cedarschema is not a valid Cedar schema: "), "{error}");
    let error = replaced("dry_run_ok: Bool,", "dry_run_ok: Bool, moon_phase: Long,");
    assert!(error.starts_with("schema.cedarschema does not fit this version"), "{error}");
    let error = replaced("image: String }", "image: Long }");
    assert!(error.starts_with("schema.cedarschema does not fit this version"), "{error}");
    let error = replaced("replicas?: Long,", "");
    assert!(error.starts_with("schema.cedarschema does not fit this version"), "{error}");
    let error = replaced("token_scope?: TokenScope,", "token_scope?: String,");
    assert!(error.contains("access.cedar: rule access.read-token-reads"), "{error}");
}

#[test]
fn a_missing_an_empty_and_a_swollen_folder_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let load = || PolicySet::load(dir.path()).unwrap_err();
    assert!(matches!(PolicySet::load(&dir.path().join("nowhere")), Err(PolicyError::Read { .. })));
    assert!(matches!(load(), PolicyError::Empty { .. }));
    fs::write(dir.path().join("a.cedar"), "").unwrap();
    assert!(load().to_string().ends_with("schema.cedarschema"), "{}", load());
    fs::copy(folder().join("schema.cedarschema"), dir.path().join("schema.cedarschema")).unwrap();
    fs::write(dir.path().join("a.cedar"), "é".repeat(600_000)).unwrap();
    assert_eq!(load().to_string(), "a.cedar is larger than 1048576 bytes");
    fs::remove_file(dir.path().join("a.cedar")).unwrap();
    fs::create_dir(dir.path().join("a.cedar")).unwrap();
    assert!(told(&load()).ends_with("a.cedar: not a regular file"), "{}", told(&load()));
    fs::remove_dir(dir.path().join("a.cedar")).unwrap();
    fs::write(dir.path().join("a.cedar"), [0xff, 0xfe]).unwrap();
    assert!(matches!(load(), PolicyError::Read { .. }));
    for number in 0..200 {
        fs::write(dir.path().join(format!("{number}.cedar")), "").unwrap();
    }
    assert!(matches!(load(), PolicyError::TooMany { .. }));
}

#[test]
fn a_rule_of_ones_own_changes_version_and_verdict() {
    let own = r#"
@id("own.two-people-for-payments")
@reason("Images in production need two people, one of them an admin.")
@approver("admin")
@approvals("2")
forbid (principal, action == Action::"set_image", resource)
when { resource.environment == Environment::"production" && !(context.image like "registry.example.org/*") }
unless { context.gate.approved };
"#;
    let policies = PolicySet::load(with("own.cedar", own).path()).unwrap();
    assert_ne!(policies.version(), shipped().version());
    let image =
        ActionCall::SetImage { container: "app".to_owned(), image: "docker.io/shop:2".to_owned() };
    let plan = plan(vec![planned(1, image, Environment::Production)]);
    let (around, answered) = (around(Environment::Production), answered());
    let question = PlanQuestion { plan: &plan, around: &around, answered: &answered };
    let decision = policies.judge_plan(&question).unwrap();
    assert_eq!(decision.verdict, Verdict::NeedsApproval);
    assert_eq!(decision.approver, Some(Role::Admin));
    assert_eq!(decision.approvals_needed, 2);
    assert_eq!(shipped().judge_plan(&question).unwrap().approver, Some(Role::Approver));
}

#[test]
fn without_any_permit_nothing_is_allowed_and_the_default_says_so() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(folder().join("schema.cedarschema"), dir.path().join("schema.cedarschema")).unwrap();
    let rule = |permit: &str| {
        fs::write(dir.path().join("own.cedar"), permit).unwrap();
        let policies = PolicySet::load(dir.path()).unwrap();
        let call = ActionCall::RolloutRestart;
        let plan = plan(vec![planned(1, call, Environment::Development)]);
        let (around, answered) = (around(Environment::Development), answered());
        let question = PlanQuestion { plan: &plan, around: &around, answered: &answered };
        policies.judge_plan(&question).unwrap()
    };
    let decision = rule("");
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!(decision.actions[0].reasons[0].rule, "gate.default");
    // Permitted after approval and nothing said about whom: the role trusted with production.
    let decision = rule(
        "@id(\"own\") @reason(\"Own.\") permit (principal, action in Action::\"write\", resource)
         when { context.gate.approved };",
    );
    assert_eq!(decision.verdict, Verdict::NeedsApproval);
    assert_eq!(decision.approver, Some(Role::Approver));
    assert_eq!(decision.approvals_needed, 1);
    assert_eq!(decision.actions[0].reasons[0].rule, "own");
}

#[test]
fn a_rule_that_always_fails_is_refused_before_it_counts() {
    let own = r#"
@id("own.overflows")
@reason("Never seen.")
forbid (principal, action == Action::"scale", resource)
when { context.replicas_wanted + 9223372036854775807 > 0 };
"#;
    let error = refusal("own.cedar", own).to_string();
    assert!(
        error.starts_with("own.cedar: rule own.overflows: it cannot be evaluated: "),
        "{error}"
    );
}

#[test]
fn a_rule_that_fails_while_it_is_asked_denies() {
    // The sum overflows from two actions on: Cedar would leave the forbid out.
    let own = r#"
@id("own.overflows")
@reason("Never seen.")
forbid (principal, action in Action::"write", resource)
when { context.gate.actions_in_plan + 9223372036854775806 > 0 };
"#;
    let policies = PolicySet::load(with("own.cedar", own).path()).unwrap();
    let call = ActionCall::RolloutRestart;
    let plan = plan([1, 2].map(|n| planned(n, call.clone(), Environment::Development)).into());
    let (around, answered) = (around(Environment::Development), answered());
    let question = PlanQuestion { plan: &plan, around: &around, answered: &answered };
    assert_eq!(shipped().judge_plan(&question).unwrap().verdict, Verdict::NeedsApproval);
    let decision = policies.judge_plan(&question).unwrap();
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!(decision.actions[0].reasons[0].rule, "policy.trouble");
    assert!(decision.actions[0].reasons[0].sentence.contains("own.overflows"));
}

#[test]
fn the_rule_that_the_readme_shows_works() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let rule = readme.split("```cedar\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let policies = PolicySet::load(with("own.cedar", rule).path()).unwrap();
    let judge = |image: &str| {
        let (container, image) = ("app".to_owned(), image.to_owned());
        let call = ActionCall::SetImage { container, image };
        let plan = plan(vec![planned(1, call, Environment::Staging)]);
        let (around, answered) = (around(Environment::Staging), answered());
        let question = PlanQuestion { plan: &plan, around: &around, answered: &answered };
        policies.judge_plan(&question).unwrap().verdict
    };
    assert_eq!(judge("registry.example.org/shop:2"), Verdict::NeedsApproval);
    assert_eq!(judge("docker.io/shop:2"), Verdict::Deny);
}
