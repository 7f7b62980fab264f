//! `evenkeel doctor`: says in sentences what is wrong and what to do.

use std::process::ExitCode;

use evenkeel_domain::view::ConnectionState;
use serde::Serialize;

use super::{cluster::line, print};
use crate::{config::Config, http::assets, wiring};

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
    checks.push(Check::new("address", std::net::TcpListener::bind(config.addr), |_| {
        format!("{} is free", config.addr)
    }));
    match wiring::platform(config).await {
        Ok(platform) => {
            checks.push(Check::new("database", Ok::<_, anyhow::Error>(()), |()| {
                "opens, and its schema is this version's".into()
            }));
            connections(&platform, checks).await;
            platform.tools.close().await;
        }
        Err(error) => checks.push(Check::new::<()>("database", Err(error), |()| String::new())),
    }
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
