//! What can be wrong with a folder of policies. Each message names the file, and the rule if the
//! trouble is within one.

use std::{io, path::PathBuf};

/// Policies that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is bigger than any policy file has reason to be.
    #[error("{file} is larger than {limit} bytes")]
    TooLarge {
        /// Which.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// More files than any policy folder has reason to hold.
    #[error("{} holds more than {limit} policy files", dir.display())]
    TooMany {
        /// Which folder.
        dir: PathBuf,
        /// The limit.
        limit: usize,
    },
    /// No rules at all would mean that nothing is ever allowed: surely a mistake.
    #[error("there is no *.cedar file in {}", dir.display())]
    Empty {
        /// Which folder.
        dir: PathBuf,
    },
    /// The schema does not parse or contradicts itself.
    #[error("{file} is not a valid Cedar schema")]
    Schema {
        /// Which file.
        file: String,
        /// Why.
        #[source]
        source: Box<cedar_policy::CedarSchemaError>,
    },
    /// The schema does not know a question that Evenkeel asks.
    #[error("{file} does not fit this version of Evenkeel: {missing}")]
    SchemaLacks {
        /// Which file.
        file: String,
        /// What it lacks.
        missing: String,
    },
    /// A file with rules does not parse.
    #[error("{file}, line {line}: not valid Cedar")]
    Parse {
        /// Which file.
        file: String,
        /// Where.
        line: usize,
        /// Why.
        #[source]
        source: Box<cedar_policy::ParseErrors>,
    },
    /// A rule lacks something that every rule here has, or says something it may not say.
    #[error("{file}: rule {rule}: {trouble}")]
    Rule {
        /// Which file.
        file: String,
        /// The rule's `@id`, or its number in the file when it has none.
        rule: String,
        /// What is wrong.
        trouble: String,
    },
    /// A rule does not fit the schema, or can never apply.
    #[error("{file}: rule {rule} does not fit the schema")]
    Invalid {
        /// Which file.
        file: String,
        /// The rule's `@id`.
        rule: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
