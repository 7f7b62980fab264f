//! All of it: the doubles, every server that ships, and our client.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, ensure};
use evenkeel_mcp_servers::{Limits, ServerKind, catalogue::empty_memory, server_of};
use evenkeel_tools::memory;
use tokio::task::JoinSet;

use crate::{Expected, Outcome, Running, Suite, doubles};

/// Runs everything; `program` is this crate's own, which the suite starts as a client. Returns tables; the error says
/// every difference from what is expected.
pub async fn everything(suite: &Suite, program: &Path) -> anyhow::Result<String> {
    let expected = Expected::shipped()?;
    let version = suite.version().await?;
    ensure!(version == expected.suite, "the suite is {version}, not {}", expected.suite);
    let running = Running::start(doubles::server()).await?;
    let mut tables = expected.server("doubles", &suite.server(&running.url()).await?)?;
    for name in ServerKind::NAMES.into_iter().chain([memory::SERVER]) {
        // Without credentials: it is spoken with, and nothing behind it is asked.
        let running = if name == memory::SERVER {
            Running::start(empty_memory(Limits::default()).erase()).await?
        } else {
            let kind = ServerKind::from_name(name).with_context(|| format!("no server {name}"))?;
            Running::start(server_of(kind, Limits::default()).await).await?
        };
        let did = suite.server(&running.url()).await?;
        let table = expected.server("shipped", &did).with_context(|| format!("server {name}"))?;
        tables.extend([name, ", ", &table]);
    }
    tables += &expected.client(&of_client(suite, program).await?)?;
    Ok(tables)
}

/// One scenario measures times, so that nothing may run beside it.
const ALONE: &str = "sse-retry";
/// How many of the others run at once; each starts two programs.
const AT_ONCE: usize = 4;

async fn of_client(suite: &Suite, program: &Path) -> anyhow::Result<BTreeMap<String, Outcome>> {
    let command = format!("{} client", program.display());
    ensure!(!program.display().to_string().contains(' '), "the suite takes no paths with spaces");
    let mut waiting = suite.scenarios("client").await?;
    let mut did = BTreeMap::new();
    if let Some(at) = waiting.iter().position(|scenario| scenario == ALONE) {
        waiting.remove(at);
        did.insert(ALONE.to_owned(), suite.client(&command, ALONE).await?);
    }
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(scenario) = waiting.pop()
        {
            let (suite, command) = (suite.clone(), command.clone());
            running.spawn(async move {
                let outcome = suite.client(&command, &scenario).await;
                (scenario, outcome)
            });
        }
        let Some(ended) = running.join_next().await else { return Ok(did) };
        let (scenario, outcome) = ended.context("a run of the suite broke off")?;
        did.insert(scenario, outcome?);
    }
}
