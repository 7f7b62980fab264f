//! The application under test.

pub mod alerts;
pub mod answer;
pub mod app;
pub mod binary;
pub mod person;
pub mod stream;

use std::time::Duration;

pub use app::TestApp;
pub use person::Person;

/// Longer than anything in this process takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again until there is an answer; fails with what was waited for.
pub async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    within(PATIENCE, what, ask).await
}

/// The same with a time of its own.
pub async fn within<T>(limit: Duration, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let answer = tokio::time::timeout(limit, async {
        loop {
            ticks.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    });
    answer.await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}
