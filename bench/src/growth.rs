//! What a long history costs: intake and pages after a million alerts and a hundred thousand
//! closed incidents.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use http::Method;

use crate::{
    figures::{Latencies, table},
    installation::Installation,
    intake::{self, Load},
    seed::{self, Home},
};

/// How long a history, and what to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Closed incidents.
    #[arg(long, default_value_t = 100_000)]
    incidents: u64,
    /// Alerts of each.
    #[arg(long, default_value_t = 10)]
    alerts: u64,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 200)]
    times: usize,
}

/// Measures intake before and after, and pages after.
pub async fn run(args: &Args, place: &Installation) -> Result<()> {
    let load = Load { connections: 64, alerts: 1, groups: 200, seconds: 10 };
    let running = place.serve(&["--no-worker"]).await?;
    let mut before = vec!["before".to_owned()];
    before.extend(load.run(&place.host, &place.webhook).await?.row(&load));
    running.stop().await?;

    let store = place.store().await?;
    let home = Home::of(&*store, &place.cluster).await?;
    let began = Instant::now();
    seed::past(&store, home, args.incidents, args.alerts).await?;
    drop(store);
    println!(
        "{} incidents with {} alerts each were written in {:.0} s{}\n",
        args.incidents,
        args.alerts,
        began.elapsed().as_secs_f64(),
        place.database_size(),
    );

    let running = place.serve(&["--no-worker"]).await?;
    println!("ready after {:.2} s\n", running.ready_in.as_secs_f64());
    let mut after = vec!["after".to_owned()];
    // Groups of their own: their incidents are as young as those before.
    after.extend(load.run(&place.host, &place.webhook).await?.row(&load));
    let mut head = vec!["history"];
    head.extend(intake::HEAD);
    table(&head, &[before, after]);
    pages(args, place).await?;
    running.stop().await?;
    Ok(())
}

async fn pages(args: &Args, place: &Installation) -> Result<()> {
    let mut connection = place.admin().await?;
    let middle = middle(&mut connection, args).await?;
    let cluster = &place.cluster;
    let pages = [
        ("Overview", "/".to_owned()),
        ("War Room", format!("/clusters/{cluster}")),
        ("Incidents, newest", "/incidents".to_owned()),
        ("Incidents, from the middle", format!("/incidents?before={middle}")),
        ("Incidents, closed", "/incidents?open=false".to_owned()),
        ("Approvals", "/approvals".to_owned()),
        ("Audit Trail", "/audit".to_owned()),
        ("REST: newest 50", "/api/v1/incidents?limit=50".to_owned()),
        ("REST: 50 from the middle", format!("/api/v1/incidents?limit=50&before={middle}")),
        ("REST: resolved", "/api/v1/incidents?limit=50&status=resolved".to_owned()),
        ("REST: critical", "/api/v1/incidents?limit=50&severity=critical".to_owned()),
        ("REST: of a cluster, open", format!("/api/v1/incidents?cluster={cluster}&open=true")),
        ("REST: a word nobody used", "/api/v1/incidents?text=zeppelin".to_owned()),
        ("REST: Overview", "/api/v1/overview".to_owned()),
    ];
    let mut rows = Vec::new();
    for (name, path) in pages {
        let mut took = Latencies::default();
        let mut bytes = 0;
        for _ in 0..args.times {
            let began = Instant::now();
            let (status, body) = connection.call(Method::GET, &path, String::new()).await?;
            took.add(began.elapsed());
            ensure!(status.is_success(), "{path}: {status}");
            bytes = body.len();
            // One at a time: what a person feels, not what a crowd does.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut row =
            vec![name.to_owned(), format!("{:.0} kB", f64::from(u32::try_from(bytes)?) / 1e3)];
        row.extend(took.words());
        rows.push(row);
    }
    table(&["page", "size", "p50", "p99", "max"], &rows);
    Ok(())
}

/// An incident with about half of all before it.
async fn middle(connection: &mut crate::http::Connection, args: &Args) -> Result<String> {
    use evenkeel_domain::id::IncidentId;
    let half = seed::now().checked_sub(jiff::SignedDuration::from_hours(45 * 24))?;
    let id = IncidentId::from_parts(u64::try_from(half.as_millisecond())?, 0);
    let path = format!("/api/v1/incidents?limit=1&before={id}");
    let (status, _) = connection.call(Method::GET, &path, String::new()).await?;
    ensure!(status.is_success() && args.incidents > 0, "{path}: {status}");
    Ok(id.to_string())
}
