//! Ten thousand incidents that wait for a person cost rows and nothing else.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use http::Method;
use tokio::time::{sleep, timeout};

use crate::{
    figures::table,
    installation::Installation,
    machine::mebibytes,
    seed::{self, Home},
};

/// How many.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Incidents that wait.
    #[arg(long, default_value_t = 10_000)]
    incidents: u64,
    /// A recorded incident that was asked for approval.
    #[arg(long, default_value = "cases/bad-release-unanswered.jsonl")]
    case: PathBuf,
}

/// How long a worker may take to look at all of them.
const PATIENCE: Duration = Duration::from_mins(10);

/// Measures memory without and with them, and how long a restart takes until every one of them has
/// been looked at again.
pub async fn run(args: &Args, place: &Installation) -> Result<()> {
    let running = place.serve(&[]).await?;
    sleep(Duration::from_secs(5)).await;
    let (empty, _) = running.memory()?;
    running.stop().await?;

    let events = seed::until_approval(&args.case)?;
    let store = place.store().await?;
    let home = Home::of(&*store, &place.cluster).await?;
    let began = Instant::now();
    seed::waiting(&store, home, args.incidents, &events).await?;
    drop(store);
    println!(
        "{} journals of {} records were written in {:.0} s{}\n",
        args.incidents,
        events.len(),
        began.elapsed().as_secs_f64(),
        place.database_size(),
    );

    let running = place.serve(&[]).await?;
    let began = Instant::now();
    timeout(PATIENCE, looked_at(place)).await.context("they are not all looked at")??;
    let all = running.ready_in + began.elapsed();
    sleep(Duration::from_secs(5)).await;
    let used = running.processor()?;
    sleep(Duration::from_secs(20)).await;
    let used = running.processor_since(used)?;
    let (now, peak) = running.memory()?;
    table(
        &[
            "waiting",
            "ready after",
            "all looked at after",
            "resident: none",
            "with them",
            "peak",
            "processor, waiting",
        ],
        &[vec![
            args.incidents.to_string(),
            format!("{:.2} s", running.ready_in.as_secs_f64()),
            format!("{:.1} s", all.as_secs_f64()),
            format!("{:.1} MiB", mebibytes(empty)),
            format!("{:.1} MiB", mebibytes(now)),
            format!("{:.1} MiB", mebibytes(peak)),
            format!("{:.2} % of one core", used.as_secs_f64() / 20.0 * 100.0),
        ]],
    );
    running.stop().await?;
    Ok(())
}

/// Returns when no incident is due any more.
async fn looked_at(place: &Installation) -> Result<()> {
    let mut connection = place.admin().await?;
    loop {
        let (_, text) = connection.call(Method::GET, "/metrics", String::new()).await?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let due = text
            .lines()
            .find_map(|line| line.strip_prefix("evenkeel_queue_incidents "))
            .and_then(|number| number.trim().parse::<f64>().ok())
            .context("there is no metric of the queue")?;
        if due < 0.5 {
            return Ok(());
        }
        sleep(Duration::from_millis(50)).await;
    }
}
