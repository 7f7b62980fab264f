//! Many browsers that watch one incident while it grows.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use tokio::time::{interval, sleep};

use crate::{
    figures::{Latencies, table},
    http::Connection,
    installation::Installation,
    intake::Group,
    machine::mebibytes,
};

/// How many and how fast.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Open streams.
    #[arg(long, default_value_t = 1_000)]
    clients: usize,
    /// Records written a second.
    #[arg(long, default_value_t = 50)]
    events: u32,
    /// For how long.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
}

/// When each record was acknowledged to its writer, by its alert's number; and how long after that
/// the readers had it.
#[derive(Default)]
struct Board {
    committed: Mutex<HashMap<u64, Instant>>,
    seen: Mutex<Vec<(u64, Instant)>>,
    open: AtomicUsize,
}

/// Measures from the 2xx of the webhook (the commit has just happened) to the event's arrival.
pub async fn run(args: &Args, place: &Installation) -> Result<()> {
    let running = place.serve(&["--no-worker"]).await?;
    let mut writer = Connection::open(&place.host, &place.webhook).await?;
    let incident = write(&mut writer, 0).await?;
    sleep(Duration::from_secs(2)).await;
    let (alone, _) = running.memory()?;

    let board = Arc::new(Board::default());
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..args.clients {
        let (board, host) = (Arc::clone(&board), place.host.clone());
        let (token, incident) = (place.admin.clone(), incident.clone());
        readers.spawn(async move { read(&host, &token, &incident, &board).await });
        // A thousand connections at one instant are another test.
        sleep(Duration::from_millis(1)).await;
    }
    while board.open.load(Ordering::Relaxed) < args.clients {
        ensure!(readers.try_join_next().is_none(), "a stream ended at its beginning");
        sleep(Duration::from_millis(10)).await;
    }
    sleep(Duration::from_secs(2)).await;
    let (watched, _) = running.memory()?;

    let used = running.processor()?;
    let total = u64::from(args.events * args.seconds);
    let mut beat = interval(Duration::from_secs(1) / args.events);
    for n in 1..=total {
        beat.tick().await;
        write(&mut writer, n).await?;
        board.committed.lock().unwrap_or_else(PoisonError::into_inner).insert(n, Instant::now());
    }
    let wanted = usize::try_from(total)? * args.clients;
    let patience = Instant::now() + Duration::from_secs(30);
    let count = || board.seen.lock().unwrap_or_else(PoisonError::into_inner).len();
    while count() < wanted && Instant::now() < patience {
        sleep(Duration::from_millis(20)).await;
    }
    let used = running.processor_since(used)?;
    let (busy, peak) = running.memory()?;
    readers.abort_all();
    report(args, &board, wanted, [alone, watched, busy, peak], used)?;
    running.stop().await?;
    Ok(())
}

fn report(
    args: &Args,
    board: &Board,
    wanted: usize,
    [alone, watched, busy, peak]: [u64; 4],
    used: Duration,
) -> Result<()> {
    let committed = board.committed.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = board.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let mut took = Latencies::default();
    for (n, at) in &*seen {
        let since = committed.get(n).context("an event that was never written")?;
        // It may be there before its writer hears of the commit.
        took.add(at.saturating_duration_since(*since));
    }
    let [p50, p99, max] = took.words();
    let each = watched.saturating_sub(alone) / args.clients as u64;
    table(
        &[
            "streams",
            "events/s",
            "delivered",
            "p50",
            "p99",
            "max",
            "memory a stream",
            "resident",
            "processor",
        ],
        &[vec![
            args.clients.to_string(),
            args.events.to_string(),
            format!("{} of {wanted}", seen.len()),
            p50,
            p99,
            max,
            format!("{:.1} KiB", mebibytes(each * 1_024)),
            format!("{:.0} MiB busy, {:.0} peak", mebibytes(busy), mebibytes(peak)),
            format!("{:.1} s in {} s", used.as_secs_f64(), args.seconds),
        ]],
    );
    Ok(())
}

/// One more alert of the incident's group; the incident.
async fn write(writer: &mut Connection, n: u64) -> Result<String> {
    let body = Group::number(0).notification(n..n + 1);
    let (status, answer) = writer.call(Method::POST, "/webhook/alert", body).await?;
    ensure!(status == StatusCode::ACCEPTED, "{status}: {}", String::from_utf8_lossy(&answer));
    let receipt: serde_json::Value = serde_json::from_slice(&answer)?;
    Ok(receipt["incidents"][0].as_str().context("no incident was named")?.to_owned())
}

async fn read(host: &str, token: &str, incident: &str, board: &Board) -> Result<()> {
    let mut connection = Connection::open(host, token).await?;
    let path = format!("/api/v1/incidents/{incident}/events");
    let answer = connection.send(Method::GET, &path, String::new()).await?;
    ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
    let mut body = answer.into_body();
    let mut rest = Vec::new();
    let mut first = true;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let at = Instant::now();
        rest.extend_from_slice(&data);
        // An event ends with an empty line.
        while let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = rest.drain(..end + 2).collect();
            match number(&event) {
                Some(0) if first => {
                    first = false;
                    board.open.fetch_add(1, Ordering::Relaxed);
                }
                Some(n) => {
                    board.seen.lock().unwrap_or_else(PoisonError::into_inner).push((n, at));
                }
                None => {}
            }
        }
    }
    Ok(())
}

/// The alert's number in an event.
fn number(event: &[u8]) -> Option<u64> {
    const KEY: &[u8] = b"\"fingerprint\":\"";
    let start = event.windows(KEY.len()).position(|part| part == KEY)? + KEY.len();
    let digits = std::str::from_utf8(event.get(start..start + 16)?).ok()?;
    u64::from_str_radix(digits, 16).ok()
}
