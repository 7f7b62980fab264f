//! `evenkeel serve`: web, webhook, API and workers in one process.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use evenkeel_domain::{access::Role, view::NewCluster};
use evenkeel_services::{NewUser, Services};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::OPERATOR;
use crate::{
    config::Config,
    http,
    wiring::{self, Platform},
};

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Serve web, webhook and API without carrying incidents; run `evenkeel worker` elsewhere.
    #[arg(long)]
    no_worker: bool,
}

/// How long running steps have to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);

/// Runs until SIGTERM or SIGINT.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let platform = wiring::platform(&config).await?;
    first_start(&platform.services, &config).await?;
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("cannot listen on {}", config.addr))?;
    let stop = CancellationToken::new();
    if let Some(high_water) = &platform.high_water {
        tokio::spawn(stop.clone().run_until_cancelled_owned(Arc::clone(high_water).keep()));
    }
    let working =
        (!args.no_worker).then(|| tokio::spawn(platform.worker.clone().run(stop.child_token())));
    platform.services.note_policies().await?;
    let housekeeping = Housekeeping::start(&platform.services, &config);
    let reconciling = tokio::spawn(platform.reconcile(stop.child_token()));
    let router = http::router(&platform, &config)?;
    info!(addr = %config.addr, "Evenkeel serves {}", config.public_url);
    let serving =
        axum::serve(listener, router.into_make_service_with_connect_info::<std::net::SocketAddr>())
            .with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = tokio::spawn(async move { serving.await });
    wait_for_signal().await?;
    info!("stopping: running steps have {} s to end", GRACE.as_secs());
    stop.cancel();
    // It only looks, and what it found is kept in one transaction: it may be cut off anywhere.
    reconciling.abort();
    finish(platform, working, housekeeping, serving).await;
    Ok(())
}

async fn finish(
    platform: Platform,
    working: Option<tokio::task::JoinHandle<()>>,
    housekeeping: Housekeeping,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
) {
    let ended = tokio::time::timeout(GRACE, async {
        if let Some(working) = working {
            // A panicked worker has been reported by its task already.
            let _ended = working.await;
        }
    });
    if ended.await.is_err() {
        warn!("steps were still running; their incidents are taken up again when the lease ends");
    }
    housekeeping.end().await;
    // Streams to browsers stay open for ever; they reconnect by themselves.
    serving.abort();
    platform.tools.close().await;
}

/// What every process does beside its work: signs and verifies the audit trail, and keeps how connections did.
pub(crate) struct Housekeeping {
    task: tokio::task::JoinHandle<()>,
    stop: CancellationToken,
}

/// How long the last checkpoint may take.
const SIGNING: Duration = Duration::from_secs(2);

impl Housekeeping {
    pub(crate) fn start(services: &Services, config: &Config) -> Self {
        let stop = CancellationToken::new();
        let auditing = services.clone().keep_audit(config.audit, stop.clone());
        let watching = services.clone().keep_health(stop.clone());
        let task = tokio::spawn(async {
            tokio::join!(auditing, watching);
        });
        Self { task, stop }
    }

    /// Signs what was recorded until now: the last thing before the process ends.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        if tokio::time::timeout(SIGNING, self.task).await.is_err() {
            warn!("the last audit checkpoint was not made in time; the next start makes it");
        }
    }
}

/// Waits for SIGTERM or SIGINT.
pub(crate) async fn wait_for_signal() -> anyhow::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = term.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(())
}

/// The first start: an organisation, an administrator, and a first cluster if the environment
/// describes one.
async fn first_start(services: &Services, config: &Config) -> anyhow::Result<()> {
    let organisation = services.first_organisation("default").await?;
    if services.user_count().await? == 0 {
        let email =
            std::env::var("EVENKEEL_ADMIN_EMAIL").unwrap_or_else(|_| "admin@localhost".into());
        let password = std::env::var("EVENKEEL_ADMIN_PASSWORD").ok().filter(|p| !p.is_empty());
        let given = password.is_some();
        let new = NewUser { email, role: Role::Admin, password: password.map(Into::into) };
        let (user, made) = services.add_user(organisation, OPERATOR.into(), new).await?;
        println!("First administrator: {}", user.email);
        match made {
            Some(password) => println!("Password, shown this once: {password}"),
            None if given => println!("Password: the one in EVENKEEL_ADMIN_PASSWORD"),
            None => {}
        }
    }
    first_cluster(services, organisation, config).await
}

async fn first_cluster(
    services: &Services,
    organisation: evenkeel_domain::id::OrganisationId,
    config: &Config,
) -> anyhow::Result<()> {
    let first = &config.first_cluster;
    let described = first.prometheus_url.is_some() || first.kubeconfig.is_some();
    if !described || services.has_clusters(organisation).await? {
        return Ok(());
    }
    let kubeconfig = match &first.kubeconfig {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read KUBECONFIG {}", path.display()))?,
        None => String::new(),
    };
    let new = NewCluster {
        name: first.name.clone().unwrap_or_else(|| "default".into()),
        // The careful guess: production asks for the most approvals.
        environment: first.environment.clone().unwrap_or_else(|| "production".into()),
        prometheus_url: first.prometheus_url.clone().unwrap_or_default(),
        alertmanager_url: first.alertmanager_url.clone().unwrap_or_default(),
        kubeconfig,
    };
    let connected = services.add_cluster(organisation, OPERATOR.into(), new, false).await?;
    println!("First cluster: {}", connected.cluster.name);
    println!("Token for its Alertmanager, shown this once: {}", connected.token);
    Ok(())
}
