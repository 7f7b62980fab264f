//! The shop: a small HTTP service with real work, real metrics and real releases.
//!
//! It plays two roles, `checkout` in front and `inventory` behind it. What a release does
//! differently is in `release.rs`, as differences between releases are in any code base.

mod checkout;
mod inventory;
mod log;
mod metrics;
mod prices;
mod release;
pub(crate) use release::Release;
mod settings;
mod workers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use clap::{Args, ValueEnum};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use metrics::Metrics;
use settings::Settings;
use workers::Workers;

/// After the request to end, the service goes on answering this long, so that whoever still
/// has its address is served.
const LAME_DUCK: Duration = Duration::from_secs(1);

/// Which part of the shop a process plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Takes orders.
    Checkout,
    /// Knows what is in stock.
    Inventory,
}

impl Role {
    /// The name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Inventory => "inventory",
        }
    }
}

/// Runs one process of the shop. Ends when its standard input closes.
#[derive(Debug, Args)]
pub struct ShopArgs {
    /// Which service to be.
    #[arg(long, value_enum)]
    pub role: Role,
    /// Which release of it.
    #[arg(long)]
    pub release: String,
    /// Loopback address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// What the handlers share.
pub struct Shop {
    release: Release,
    settings: Settings,
    metrics: Metrics,
    workers: Workers,
    client: reqwest::Client,
    ending: AtomicBool,
    receipts: std::sync::Mutex<Vec<Vec<u8>>>,
}

/// Serves until standard input closes.
pub async fn run(args: ShopArgs) -> Result<()> {
    let release = Release::of(args.role, &args.release);
    log::info(&format!(
        "starting service={} release={} address={}",
        args.role.name(),
        args.release,
        args.listen
    ));
    let settings = Settings::from_environment(&release);
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("listening on {}", args.listen))?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(5))
        .build()
        .context("building the HTTP client")?;
    let shop = Arc::new(Shop {
        metrics: Metrics::new(args.role.name(), &args.release),
        workers: Workers::new(settings.workers, settings.queue),
        release,
        settings,
        client,
        ending: AtomicBool::new(false),
        receipts: std::sync::Mutex::default(),
    });
    tokio::spawn(report(Arc::clone(&shop)));
    let routes = match args.role {
        Role::Checkout => checkout::routes(),
        Role::Inventory => inventory::routes(),
    };
    let app = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(exposition))
        .merge(routes)
        .with_state(Arc::clone(&shop));
    log::info(&format!("listening address={}", args.listen));
    axum::serve(listener, app).with_graceful_shutdown(end(shop)).await.context("serving")
}

async fn ready(State(shop): State<Arc<Shop>>) -> impl IntoResponse {
    if shop.ending.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n".to_owned());
    }
    match shop.release.warm_up() {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => {
            log::error(&format!("msg=\"not ready\" error={error:?}"));
            (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n"))
        }
    }
}

async fn exposition(State(shop): State<Arc<Shop>>) -> impl IntoResponse {
    ([("content-type", "text/plain; version=0.0.4")], shop.metrics.render(&shop.workers))
}

/// Waits for standard input to close, then a moment more.
async fn end(shop: Arc<Shop>) {
    wait_for_stdin().await;
    shop.ending.store(true, Ordering::Relaxed);
    log::info("received the request to end, draining");
    tokio::time::sleep(LAME_DUCK).await;
}

/// Returns when standard input is closed.
pub async fn wait_for_stdin() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0_u8; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(size) if size > 0) {}
}

/// One line of log every ten seconds instead of one per request.
async fn report(shop: Arc<Shop>) {
    let mut before = (0, 0);
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let now = shop.metrics.totals();
        log::info(&format!(
            "served requests={} errors={} in_flight={} queued={}",
            now.0 - before.0,
            now.1 - before.1,
            shop.workers.busy(),
            shop.workers.queued()
        ));
        before = now;
    }
}
