//! From webhook to plan against a cluster that answers at once: the practice range's API server
//! over loopback, real MCP servers, and a Prometheus double that knows nothing.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use evenkeel_crash::{
    alerts::Firing,
    database::Database as Where,
    postgres::Postgres,
    server::Start,
    world::{Options, World},
};
use evenkeel_lab::Runner;
use http::Method;
use tokio::time::{sleep, timeout};

use crate::{
    figures::{Latencies, table},
    http::Connection,
    installation::Database,
};

/// How many.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Workloads that break one after the other.
    #[arg(long, default_value_t = 16)]
    alone: usize,
    /// Workloads that break at once.
    #[arg(long, default_value_t = 48)]
    together: usize,
}

/// How long all plans may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// Breaks workloads for real (releases that cannot start), one by one and then all at once, and
/// waits for the plans that await approval.
pub async fn run(args: &Args, program: &Path, database: Database) -> Result<()> {
    let mut postgres = None;
    let database = match database {
        Database::Sqlite => Where::Sqlite,
        Database::Postgres => {
            let server = postgres.insert(Postgres::start().await?);
            Where::Postgres { url: server.url() }
        }
    };
    let world = World::up(&Options {
        program: program.to_owned(),
        runner: Runner { program: program.to_owned(), prefix: vec!["lab".to_owned()] },
        database,
        workloads: args.alone + args.together,
        faults: 0,
        replicas: 1,
        settings: BTreeMap::from([
            ("EVENKEEL_APPROVAL_TTL".to_owned(), "3600".to_owned()),
            ("EVENKEEL_LEASE".to_owned(), "15".to_owned()),
        ]),
    })
    .await?;
    for workload in &world.workloads {
        workload.damage(&world.kube, 1).await?;
    }
    let mut server = world.start(None)?;
    ensure!(matches!(server.ready().await?, Start::Ready(_)), "the platform did not start");
    let host = world.bases.of(0).trim_start_matches("http://").to_owned();
    let token = ["--json", "token", "create", "--user", "one@ours.test", "--name", "bench"];
    let made = world.program.run(&[&token[..], &["--scope", "full"]].concat(), "").await?;
    let secret = made["secret"].as_str().context("no secret was printed")?;
    let mut admin = Connection::open(&host, secret).await?;

    let (alone, together) = world.workloads.split_at(args.alone);
    let mut each = Latencies::default();
    for (done, workload) in (1..).zip(alone) {
        let began = Instant::now();
        world.source.send(workload, &firing(&workload.name)).await;
        planned(&mut admin, done).await?;
        each.add(began.elapsed());
    }
    let began = Instant::now();
    let all = together.iter().map(|workload| async {
        world.source.send(workload, &firing(&workload.name)).await;
    });
    futures::future::join_all(all).await;
    planned(&mut admin, args.alone + args.together).await?;
    let took = began.elapsed();
    let [p50, p99, max] = each.words();
    let minute = crate::figures::rate(args.together, took) * 60.0;
    table(
        &[
            "one at a time",
            "p50",
            "p99",
            "max",
            "at once",
            "all planned after",
            "incidents a minute",
        ],
        &[vec![
            args.alone.to_string(),
            p50,
            p99,
            max,
            args.together.to_string(),
            format!("{:.1} s", took.as_secs_f64()),
            format!("{minute:.0}"),
        ]],
    );
    server.kill().await
}

fn firing(name: &str) -> Firing {
    Firing { id: format!("bench-{name}"), starts_at: crate::seed::now(), resolved: false }
}

/// Returns when so many plans await approval.
async fn planned(admin: &mut Connection, count: usize) -> Result<()> {
    let waiting = async {
        loop {
            let (_, text) = admin.call(Method::GET, "/api/v1/approvals", String::new()).await?;
            let list: serde_json::Value = serde_json::from_slice(&text)?;
            if list.as_array().context("approvals are no list")?.len() >= count {
                return Ok(());
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waiting).await.context("the plans do not come")?
}
