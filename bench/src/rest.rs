//! At rest: nothing connected, nothing to do.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::{
    figures::{millis, table},
    installation::Installation,
    machine::mebibytes,
};

/// For how long its use of the processor is watched.
const WATCHED: Duration = Duration::from_secs(30);

/// Measures the second start: the first one makes tables.
pub async fn run(place: &Installation) -> Result<()> {
    let running = place.serve(&[]).await?;
    let first = running.ready_in;
    running.stop().await?;
    let running = place.serve(&[]).await?;
    let ready_in = running.ready_in;
    sleep(Duration::from_secs(5)).await;
    let before = running.processor()?;
    sleep(WATCHED).await;
    let used = running.processor_since(before)?;
    let (now, peak) = running.memory()?;
    let stopped = running.stop().await?;
    table(
        &["first start", "start", "resident", "peak", "processor at rest", "stop"],
        &[vec![
            millis(first),
            millis(ready_in),
            format!("{:.1} MiB", mebibytes(now)),
            format!("{:.1} MiB", mebibytes(peak)),
            format!("{:.2} % of one core", used.as_secs_f64() / WATCHED.as_secs_f64() * 100.0),
            millis(stopped),
        ]],
    );
    Ok(())
}
