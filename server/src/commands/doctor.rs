//! `evenkeel doctor`: says in sentences what is wrong and what to do.

use std::{io, net::SocketAddr, process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use evenkeel_domain::view::ConnectionState;
use evenkeel_storage::Schema;
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{cluster::line, print};
use crate::{
    config::Config,
    high_water::HighWater,
    http::{assets, health},
    wiring,
};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: String,
    healthy: bool,
    /// What was seen, or what is wrong and what to do.
    says: String,
}

impl Check {
    fn new<T>(
        what: &str,
        result: Result<T, impl Into<anyhow::Error>>,
        good: impl FnOnce(T) -> String,
    ) -> Self {
        match result {
            Ok(value) => Self { what: what.into(), healthy: true, says: good(value) },
            Err(error) => {
                Self { what: what.into(), healthy: false, says: format!("{:#}", error.into()) }
            }
        }
    }
}

/// Looks at everything; fails if anything is wrong.
pub async fn run(json: bool) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    match Config::from_env() {
        Ok(config) => look(&config, &mut checks).await,
        Err(error) => {
            checks.push(Check::new::<()>("configuration", Err(error), |()| String::new()));
        }
    }
    let healthy = checks.iter().all(|c| c.healthy);
    print(json, &checks, |checks| {
        let lines = checks.iter().map(|c| {
            format!("{} {}: {}", if c.healthy { "ok   " } else { "WRONG" }, c.what, c.says)
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look(config: &Config, checks: &mut Vec<Check>) {
    checks.push(Check::new("secret key", config.secret_key(), |_| "set".into()));
    checks.push(Check::new("policies", wiring::policies(config), |p| {
        format!("{} rules, version {}", p.rules().len(), &p.version()[..12])
    }));
    checks.push(Check::new("front end", assets::load(&config.site), |_| {
        format!("built in {}", config.site.display())
    }));
    checks.push(Check::new("address", address(config.addr).await, |says| says));
    let schema = wiring::schema(config).await;
    let current = matches!(schema, Ok(Schema::Current));
    checks.push(Check::new("database", schema.and_then(database), str::to_owned));
    // Only a database that is this version's already is opened: opening brings it up to date, and
    // a doctor only looks.
    if current {
        match wiring::platform(config).await {
            Ok(platform) => {
                if let Some(high_water) = &platform.high_water {
                    checks.push(older_copy(high_water).await);
                }
                connections(&platform, checks).await;
                platform.tools.close().await;
            }
            Err(error) => checks.push(Check::new::<()>("clusters", Err(error), |()| String::new())),
        }
    }
}

fn database(schema: Schema) -> anyhow::Result<&'static str> {
    match schema {
        Schema::Absent => Ok("there is none yet; it is made at the first start"),
        Schema::Current => Ok("opens, and its schema is this version's"),
        Schema::Behind { by } => bail!(
            "{by} migrations are to come: stop the platform, back the database up, run `evenkeel migrate`"
        ),
        Schema::Unknown => bail!(
            "a newer version has changed it: use that version of evenkeel, or restore a backup"
        ),
    }
}

/// Whether one can listen there, or a platform does already.
async fn address(addr: SocketAddr) -> anyhow::Result<String> {
    match TcpListener::bind(addr).await {
        Ok(_) => Ok(format!("{addr} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let answers = timeout(PATIENCE, is_evenkeel(addr)).await;
            if matches!(answers, Ok(Ok(true))) {
                return Ok(format!("Evenkeel is running at {addr}"));
            }
            bail!("{addr} is taken by another program: stop it, or set EVENKEEL_ADDR")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {addr}")),
    }
}

/// How long a platform on this machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

async fn is_evenkeel(addr: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).contains(health::ALIVE))
}

async fn older_copy(high_water: &HighWater) -> Check {
    let looked = high_water.look().await.and_then(|older| match older {
        Some(older) => Err(anyhow::Error::msg(high_water.says(&older))),
        None => Ok(()),
    });
    Check::new("database's age", looked, |()| "no older copy of what it was".into())
}

async fn connections(platform: &wiring::Platform, checks: &mut Vec<Check>) {
    let probed = match platform.services.probe_all().await {
        Ok(probed) => probed,
        Err(error) => {
            checks.push(Check::new::<()>("clusters", Err(error), |()| String::new()));
            return;
        }
    };
    for (cluster, connections) in probed {
        for connection in connections {
            let healthy = !matches!(connection.state, ConnectionState::Failing { .. });
            let says = line(&connection).trim().to_owned();
            checks.push(Check { what: format!("cluster {}", cluster.name), healthy, says });
        }
    }
}
