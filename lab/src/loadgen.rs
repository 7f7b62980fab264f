//! The load generator: a constant rate of orders and visits, changeable at run time.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::shop::wait_for_stdin;

/// Requests per second of ordinary traffic.
pub const BASE_RATE: u64 = 16;
/// More than this the generator refuses: two cores have other work too.
const MAX_RATE: u64 = 200;
/// Requests under way at the same time; more are counted as dropped.
const MAX_IN_FLIGHT: usize = 600;
const SKUS: [&str; 6] = ["TEA-250", "COF-500", "CUP-1", "POT-2", "FIL-100", "JAM-3"];

/// Sends requests to the shop at a constant rate. Ends when its standard input closes.
#[derive(Debug, Args)]
pub struct LoadgenArgs {
    /// Where checkout answers, e.g. `http://127.74.56.2:8080`.
    #[arg(long)]
    pub target: String,
    /// Requests per second.
    #[arg(long, default_value_t = BASE_RATE)]
    pub rate: u64,
    /// Loopback address of the control endpoint (`/rate`, `/metrics`).
    #[arg(long)]
    pub control: SocketAddr,
}

#[derive(Default)]
struct Load {
    rate: AtomicU64,
    in_flight: AtomicUsize,
    good: AtomicU64,
    bad: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Serialize, Deserialize)]
struct Rate {
    rate: u64,
}

/// Sends load until standard input closes.
pub async fn run(args: LoadgenArgs) -> Result<()> {
    let load = Arc::new(Load { rate: AtomicU64::new(args.rate.min(MAX_RATE)), ..Load::default() });
    let listener = TcpListener::bind(args.control)
        .await
        .with_context(|| format!("listening on {}", args.control))?;
    let app = Router::new()
        .route("/rate", get(show).put(change))
        .route("/metrics", get(metrics))
        .with_state(Arc::clone(&load));
    let client = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(10))
        .build()
        .context("building the HTTP client")?;
    tokio::spawn(send(Arc::clone(&load), client, args.target));
    axum::serve(listener, app)
        .with_graceful_shutdown(wait_for_stdin())
        .await
        .context("serving the control endpoint")
}

async fn show(State(load): State<Arc<Load>>) -> Json<Rate> {
    Json(Rate { rate: load.rate.load(Ordering::Relaxed) })
}

async fn change(
    State(load): State<Arc<Load>>,
    Json(wanted): Json<Rate>,
) -> (StatusCode, Json<Value>) {
    if wanted.rate > MAX_RATE {
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": format!("at most {MAX_RATE} requests per second")})),
        );
    }
    load.rate.store(wanted.rate, Ordering::Relaxed);
    (StatusCode::OK, Json(json!({"rate": wanted.rate})))
}

async fn metrics(State(load): State<Arc<Load>>) -> String {
    let mut out = String::from(
        "# HELP loadgen_requests_total Requests sent, by outcome.\n# TYPE loadgen_requests_total counter\n",
    );
    for (outcome, counter) in [
        ("ok", &load.good),
        ("error", &load.bad),
        ("failed", &load.failed),
        ("dropped", &load.dropped),
    ] {
        let _ = writeln!(
            out,
            "loadgen_requests_total{{outcome=\"{outcome}\"}} {}",
            counter.load(Ordering::Relaxed)
        );
    }
    let _ = writeln!(
        out,
        "# TYPE loadgen_rate gauge\nloadgen_rate {}",
        load.rate.load(Ordering::Relaxed)
    );
    out
}

async fn send(load: Arc<Load>, client: reqwest::Client, target: String) {
    let mut next = Instant::now();
    loop {
        let rate = load.rate.load(Ordering::Relaxed);
        if rate == 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        // Kept from the last due time, so that the rate is exact; a long pause is not made up for.
        next = (next + Duration::from_micros(1_000_000 / rate))
            .max(Instant::now() - Duration::from_secs(1));
        tokio::time::sleep_until(next).await;
        if load.in_flight.load(Ordering::Relaxed) >= MAX_IN_FLIGHT {
            load.dropped.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        load.in_flight.fetch_add(1, Ordering::Relaxed);
        let (load, client, target) = (Arc::clone(&load), client.clone(), target.clone());
        tokio::spawn(async move {
            let request = if rand::random_range(0..4) == 0 {
                client.get(format!("{target}/products"))
            } else {
                client.post(format!("{target}/checkout")).json(&order())
            };
            let counter = match request.send().await {
                Ok(answer) if answer.status().is_success() => &load.good,
                Ok(_) => &load.bad,
                Err(_) => &load.failed,
            };
            counter.fetch_add(1, Ordering::Relaxed);
            load.in_flight.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

fn order() -> Value {
    let items: Vec<Value> = (0..rand::random_range(1..=3))
        .map(|_| json!({"sku": SKUS[rand::random_range(0..SKUS.len())], "quantity": rand::random_range(1..=4)}))
        .collect();
    json!({"items": items})
}
