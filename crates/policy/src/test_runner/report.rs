//! What came of the tests.

use std::{collections::BTreeSet, fmt};

use evenkeel_domain::access::Role;
use serde::Serialize;

use super::case::{Answer, Case, Outcome};
use crate::set::PolicySet;

/// All cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct TestReport {
    /// The policies that were tested.
    pub policy_version: String,
    /// Case by case.
    pub cases: Vec<CaseReport>,
    /// Rules that no case expects: nobody knows whether they work.
    pub untested: BTreeSet<String>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    /// The file it stands in.
    pub file: String,
    /// Its name.
    pub name: String,
    /// What differs from what it expects; empty when it passed.
    pub differences: Vec<String>,
}

impl TestReport {
    pub(super) fn new(policies: &PolicySet) -> Self {
        Self {
            policy_version: policies.version().to_owned(),
            cases: Vec::new(),
            untested: policies.rules().iter().map(|rule| rule.id.clone()).collect(),
        }
    }

    pub(super) fn add(&mut self, file: &str, case: &Case, got: &Outcome) {
        // What a case does not expect by name, it does not test.
        for rule in case.expected.rules.iter().chain(case.expected.after_approval.iter().flatten())
        {
            self.untested.remove(rule);
        }
        self.cases.push(CaseReport {
            file: file.to_owned(),
            name: case.name.clone(),
            differences: differences(&case.expected, got),
        });
    }

    /// Whether every case came out as expected.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(|case| case.differences.is_empty())
    }

    /// The cases that did not.
    pub fn failed(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| !case.differences.is_empty())
    }
}

fn differences(expected: &Outcome, got: &Outcome) -> Vec<String> {
    let mut lines = Vec::new();
    if expected.expect != got.expect {
        lines.push(format!("expected {}, got {}", word(expected.expect), word(got.expect)));
    }
    compare("rule", &expected.rules, &got.rules, &mut lines);
    if let (Some(expected), Some(got)) = (&expected.after_approval, &got.after_approval) {
        compare("after approval, rule", expected, got, &mut lines);
    }
    if expected.approver.is_some() && expected.approver != got.approver {
        let role = |role: Option<Role>| role.map_or("nobody", Role::as_str);
        lines.push(format!(
            "expected approval by {}, got {}",
            role(expected.approver),
            role(got.approver)
        ));
    }
    if expected.approvals.is_some() && expected.approvals != got.approvals {
        let number = |number: Option<u8>| number.unwrap_or(0);
        lines.push(format!(
            "expected {} approvals, got {}",
            number(expected.approvals),
            number(got.approvals)
        ));
    }
    lines
}

fn compare(
    what: &str,
    expected: &BTreeSet<String>,
    got: &BTreeSet<String>,
    lines: &mut Vec<String>,
) {
    for rule in expected.difference(got) {
        lines.push(format!("{what} {rule} was expected and did not speak"));
    }
    for rule in got.difference(expected) {
        lines.push(format!("{what} {rule} spoke and was not expected"));
    }
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allowed => "allowed",
        Answer::Denied => "denied",
        Answer::Allow => "allow",
        Answer::NeedsApproval => "needs approval",
        Answer::Deny => "deny",
    }
}

impl fmt::Display for TestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in self.failed() {
            writeln!(f, "FAILED {}: {}", case.file, case.name)?;
            for line in &case.differences {
                writeln!(f, "       {line}")?;
            }
        }
        for rule in &self.untested {
            writeln!(f, "UNTESTED no case expects rule {rule}")?;
        }
        let (all, failed) = (self.cases.len(), self.failed().count());
        write!(f, "{} of {all} policy tests passed", all - failed)
    }
}
