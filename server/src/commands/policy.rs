//! `evenkeel policy`: tests and shows the policies.

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;
use evenkeel_policy::test_runner::run_tests;

use super::print;
use crate::{config::Config, wiring};

/// What `policy` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the tests beside the policies.
    Test {
        /// The folder of test files.
        #[arg(default_value = "policies/tests")]
        dir: PathBuf,
    },
    /// Show every rule in force.
    Show,
}

/// Runs it.
pub fn run(command: &Command, json: bool) -> anyhow::Result<ExitCode> {
    let policies = wiring::policies(&Config::from_env()?)?;
    match command {
        Command::Test { dir } => {
            let report = run_tests(&policies, dir)?;
            print(json, &report, ToString::to_string);
            Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Show => {
            print(json, &policies.rules(), |rules| {
                let lines = rules.iter().map(|r| format!("{}\n    {}", r.id, r.reason));
                lines.collect::<Vec<_>>().join("\n")
            });
            Ok(ExitCode::SUCCESS)
        }
    }
}
