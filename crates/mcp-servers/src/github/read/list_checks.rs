//! `list_checks`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{Check, CheckList, ListChecksArgs};
use jiff::Timestamp;
use serde::Deserialize;

use crate::github::http::Github;
use crate::github::names::check_reference;
use crate::github::place::Place;
use crate::github::words;
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct ListChecks;

#[derive(Deserialize)]
struct Runs {
    total_count: usize,
    check_runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    name: String,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    completed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Combined {
    total_count: usize,
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Status {
    context: String,
    state: String,
    updated_at: Timestamp,
}

impl Tool<Github> for ListChecks {
    type Args = ListChecksArgs;
    const TITLE: &'static str = "Checks";
    const DESCRIPTION: &'static str = "Lists check runs and commit statuses of a branch, tag or commit. A check that \
        still runs has no conclusion.";

    async fn call(github: &Github, args: ListChecksArgs) -> Result<CheckList, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let reference = check_reference("reference", &args.reference)?;
        let place = Place::of(args.after.as_deref())?;
        let query = [("per_page", "100".to_owned()), place.query()];
        let runs_path = repository.path(&["commits", reference, "check-runs"]);
        let status_path = repository.path(&["commits", reference, "status"]);
        let (runs, combined) = futures::try_join!(
            github.get::<Runs>(&runs_path, &query),
            github.get::<Combined>(&status_path, &query),
        )?;
        let more = runs.more || combined.more;
        let (runs, combined) = (runs.value, combined.value);
        let truncated = more
            || place == Place::START
                && (runs.total_count > runs.check_runs.len()
                    || combined.total_count > combined.statuses.len());
        let mut checks: Vec<Check> = runs
            .check_runs
            .into_iter()
            .map(|run| Check {
                name: words::word(&run.name),
                conclusion: run.conclusion.as_deref().map(words::word),
                completed_at: run.completed_at,
            })
            .collect();
        checks.extend(combined.statuses.into_iter().map(|status| {
            let ended = status.state != "pending";
            Check {
                name: words::word(&status.context),
                conclusion: ended.then(|| words::word(&status.state)),
                completed_at: ended.then_some(status.updated_at),
            }
        }));
        Ok(CheckList {
            repository: repository.to_string(),
            reference: args.reference,
            passed: passed(&checks, truncated || place != Place::START),
            checks,
            truncated,
            next: place.following(more).map(|next| next.to_string()),
        })
    }

    fn summary(list: &CheckList) -> String {
        match list.passed {
            Some(true) => format!("All {} checks passed.", list.checks.len()),
            Some(false) => "Not all checks passed.".to_owned(),
            None if list.checks.is_empty() => "No checks are reported.".to_owned(),
            None => "Some checks still run, or not all are listed.".to_owned(),
        }
    }
}

fn passed(checks: &[Check], truncated: bool) -> Option<bool> {
    let good = |word: &str| matches!(word, "success" | "neutral" | "skipped");
    if checks.iter().any(|check| check.conclusion.as_deref().is_some_and(|word| !good(word))) {
        return Some(false);
    }
    let all =
        !checks.is_empty() && !truncated && checks.iter().all(|check| check.conclusion.is_some());
    all.then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i8_nothing_reported_is_no_success() {
        let check = |conclusion: Option<&str>| Check {
            name: "x".into(),
            conclusion: conclusion.map(str::to_owned),
            completed_at: None,
        };
        assert_eq!(passed(&[], false), None);
        assert_eq!(passed(&[check(Some("success")), check(None)], false), None);
        assert_eq!(passed(&[check(Some("failure")), check(None)], false), Some(false));
        assert_eq!(passed(&[check(Some("success"))], true), None);
        assert_eq!(passed(&[check(Some("success")), check(Some("skipped"))], false), Some(true));
    }
}
