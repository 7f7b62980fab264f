//! Settings from the environment, read once at the start.

use super::release::Release;

/// Settings of one process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Requests worked on at the same time.
    pub workers: usize,
    /// Requests that may wait for a worker.
    pub queue: usize,
    /// Where the inventory answers.
    pub inventory: String,
}

impl Settings {
    /// Reads the environment; a required variable that is missing ends the process, as
    /// a service without its configuration should not run.
    ///
    /// # Panics
    /// When the release requires a variable that is not set.
    pub fn from_environment(release: &Release) -> Self {
        if let Some(variable) = release.requires {
            assert!(
                std::env::var_os(variable).is_some(),
                "required environment variable {variable} is not set"
            );
        }
        let host =
            std::env::var("INVENTORY_SERVICE_HOST").unwrap_or_else(|_| "127.0.0.1".to_owned());
        let port = std::env::var("INVENTORY_SERVICE_PORT").unwrap_or_else(|_| "8081".to_owned());
        Self {
            workers: number("WORKERS", 8),
            queue: number("QUEUE", 60),
            inventory: format!("http://{host}:{port}"),
        }
    }
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|n| *n > 0)
        .unwrap_or(default)
}
