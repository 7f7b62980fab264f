//! One run: kills by the schedule, then peace, then the reckoning.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    report::Report,
    schedule::{Kill, Schedule},
    server::{self, Start},
    verdict::Promise,
    world::{Lives, Options, World},
};

/// How long a fail point may take to be reached; the rarest are passed every ten seconds.
const PATIENCE: Duration = Duration::from_secs(14);
/// How long a kill waits for everything to be compared once since the restart.
const LOOK: Duration = Duration::from_secs(3);
/// How long everything open may take to end once nobody is killed any more.
const PEACE: Duration = Duration::from_mins(3);

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The world.
    pub world: Options,
    /// Which fail points, by how their names begin.
    pub families: &'static [&'static str],
    /// How often each of them is visited.
    pub rounds: u32,
    /// Kills in all, at least.
    pub kills: usize,
    /// Makes the order of kills the same again.
    pub seed: u64,
    /// Where journals of offenders go.
    pub out: PathBuf,
}

/// Runs it; the report says whether all promises were kept.
pub async fn run(plan: &Plan) -> Result<Report> {
    let began = Instant::now();
    let world = Arc::new(World::up(&plan.world).await?);
    let mut report = Report::new(plan.world.database.name());
    let (rest, stop) = (CancellationToken::new(), CancellationToken::new());
    let lives = world.live(&rest, &stop);
    let mut schedule = Schedule::new(plan.families, plan.rounds, plan.kills, plan.seed);
    while let Some(kill) = schedule.pick() {
        if let Some(prelude) = schedule.prelude(&kill) {
            kill_once(&world, &prelude, &mut schedule, &mut report).await?;
        }
        kill_once(&world, &kill, &mut schedule, &mut report).await?;
    }
    rest.cancel();
    peace(&world, lives, &mut report).await?;
    stop.cancel();
    for point in schedule.given_up() {
        let what = format!("fail point {point} was never reached: it proves nothing");
        world.verdict.found(Promise::Conduct, None, what);
    }
    for panic in server::panics(&world.program.log())? {
        world.verdict.found(Promise::Conduct, None, panic);
    }
    report.finish(&world, began.elapsed());
    if !report.kept() {
        // Whatever it takes to see why.
        world.save(&plan.out)?;
    }
    Ok(report)
}

async fn kill_once(
    world: &World,
    kill: &Kill,
    schedule: &mut Schedule,
    report: &mut Report,
) -> Result<()> {
    world.verdict.enter(&kill.phase());
    let fail_point = match kill {
        Kill::At { point, nth, .. } => Some(format!("{point}:{nth}")),
        Kill::After(_) => None,
    };
    let mut server = world.start(fail_point.as_deref())?;
    let mut recovery = None;
    let reached = match kill {
        Kill::At { .. } => match server.ready().await? {
            Start::Died => true,
            Start::Ready(took) => {
                recovery = Some(took);
                server.dies(PATIENCE).await?.is_some()
            }
        },
        Kill::After(after) => {
            let begun = Instant::now();
            if let Ok(ready) = timeout(*after, server.ready()).await {
                match ready? {
                    Start::Ready(took) => recovery = Some(took),
                    Start::Died => {
                        let what = "it died at its start, and nobody killed it".to_owned();
                        world.verdict.found(Promise::Conduct, None, what);
                    }
                }
                sleep(after.saturating_sub(begun.elapsed())).await;
                world.compared(LOOK).await;
            }
            false
        }
    };
    let phase = match (kill, reached, recovery) {
        (Kill::At { .. }, true, _) => kill.phase(),
        (_, _, None) => "random, starting".to_owned(),
        _ => "random, working".to_owned(),
    };
    if reached {
        schedule.reached(kill);
    } else {
        server.kill().await?;
        schedule.missed(kill.clone());
    }
    schedule.done();
    tracing::info!(kill = ?kill, reached, ?recovery, "killed at {phase}");
    report.killed(phase, recovery);
    Ok(())
}

/// Nobody is killed any more: everything must come to its end.
async fn peace(world: &Arc<World>, lives: Lives, report: &mut Report) -> Result<()> {
    world.verdict.enter("peace");
    let mut server = world.start(None)?;
    if let Start::Ready(took) = server.ready().await? {
        report.last_recovery(took);
    }
    reckon(world, lives).await?;
    report.checked = world.checked.load(Ordering::SeqCst);
    server.kill().await
}

/// Waits until everything has come to its end, and compares it all. A platform must be running,
/// and the workloads must have been told to rest.
pub async fn reckon(world: &World, mut lives: Lives) -> Result<()> {
    let ending = async {
        while let Some(life) = lives.join_next().await {
            life.context("a workload's script panicked")??;
        }
        let mut passes = world.ledger.passes();
        while !world.ledger.open().is_empty() {
            passes.changed().await.context("the ledger has stopped")?;
        }
        anyhow::Ok(())
    };
    match timeout(PEACE, ending).await {
        Ok(ended) => ended?,
        Err(_) => lives.abort_all(),
    }
    // Two whole passes more, so that everything has been seen since.
    let mut passes = world.ledger.passes();
    for _ in 0..2 {
        timeout(PEACE, passes.changed()).await.context("the platform does not answer")??;
    }
    for incident in world.ledger.open() {
        let status = world.ledger.of(incident, evenkeel_domain::IncidentState::status);
        let what = format!("it came to no end: {}", status.unwrap_or("unreadable"));
        world.verdict.found(Promise::Stuck, Some(incident), what);
    }
    if world.ledger.read_all_again(&world.admin).await.is_err() {
        let what = "the platform died while all journals were read again".to_owned();
        world.verdict.found(Promise::Conduct, None, what);
    }
    world.settle_accounts();
    world.keep_offenders().await;
    Ok(())
}
