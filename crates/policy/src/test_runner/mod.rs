//! Tests of policies, written beside them: `policies/tests/*.yaml`, each a list of named cases with
//! the facts, the verdict that is expected, and exactly the rules that must bring it.
//!
//! ```yaml
//! - name: nothing scales to zero
//!   action:
//!     call: { kind: scale, replicas: 0 }
//!     environment: development
//!   expect: deny
//!   rules: [gate.no-scale-to-zero]
//! - name: a viewer cannot stop
//!   access: { role: viewer, permission: stop, on: production }
//!   expect: denied
//!   rules: [access.default]
//! ```
//!
//! Facts that a case leaves out are the harmless ones; see [`case`] for all of them.

pub mod case;
pub mod report;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use case::Case;
pub use report::{CaseReport, TestReport};

use crate::{error::PolicyError, set::PolicySet, source};

/// Test files that cannot be run. A case with another outcome is no error but a line of the report.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The folder cannot be read.
    #[error("cannot read the policy tests in {}", dir.display())]
    Folder {
        /// Which.
        dir: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read a policy test")]
    File(#[source] PolicyError),
    /// A file is not a list of cases.
    #[error("{file} is not a list of policy tests")]
    Yaml {
        /// Which.
        file: String,
        /// Why, with the line.
        #[source]
        source: serde_norway::Error,
    },
    /// No case at all proves nothing.
    #[error("there is no policy test in {}", dir.display())]
    None {
        /// Which folder.
        dir: PathBuf,
    },
}

/// Runs every case of every `*.yaml` file directly in `dir` against `policies`.
pub fn run_tests(policies: &PolicySet, dir: &Path) -> Result<TestReport, TestError> {
    let mut report = TestReport::new(policies);
    for path in files(dir)? {
        let source = source::read(&path).map_err(TestError::File)?;
        let cases: Vec<Case> = serde_norway::from_str(&source.text)
            .map_err(|error| TestError::Yaml { file: source.file.clone(), source: error })?;
        for case in &cases {
            report.add(&source.file, case, &case.run(policies));
        }
    }
    if report.cases.is_empty() {
        return Err(TestError::None { dir: dir.to_owned() });
    }
    Ok(report)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, TestError> {
    let unreadable = |source| TestError::Folder { dir: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
