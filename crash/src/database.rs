//! Which database the platform runs on.

use std::path::Path;

/// Where the journals are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file of its own in the folder of the run.
    Sqlite,
    /// An empty database of a PostgreSQL that somebody else runs.
    Postgres {
        /// `postgres://…`
        url: String,
    },
}

impl Database {
    /// The platform's `DATABASE_URL`.
    pub fn url(&self, dir: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite://{}", dir.join("evenkeel.db").display()),
            Self::Postgres { url } => url.clone(),
        }
    }

    /// Its name in the report.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }
}
