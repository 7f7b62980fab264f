//! Startup, readiness and liveness probes over HTTP and TCP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::report::Subject;
use crate::value::{at, int, list, put, text};

/// A process needs a moment before the first probe means anything.
const FIRST_PROBE: Duration = Duration::from_millis(500);

/// Runs all probes of a container until `stop`; cancels `unhealthy` when it should be restarted.
pub async fn run(
    subject: Subject,
    spec: Value,
    address: String,
    stop: CancellationToken,
    unhealthy: CancellationToken,
) {
    let work = async {
        tokio::time::sleep(FIRST_PROBE).await;
        let startup = at(&spec, &["startupProbe"]);
        if startup.is_object() {
            if !until_started(&subject, &spec, startup, &address).await {
                unhealthy.cancel();
                return;
            }
            subject.edit(|status| {
                put(status, &["started"], json!(true));
                if !at(&spec, &["readinessProbe"]).is_object() {
                    put(status, &["ready"], json!(true));
                }
            });
        }
        tokio::join!(
            readiness(&subject, &spec, &address),
            liveness(&subject, &spec, &address, &unhealthy),
        );
    };
    tokio::select! {
        () = work => {}
        () = stop.cancelled() => {}
    }
}

fn seconds(probe: &Value, key: &str, least: i64) -> Duration {
    Duration::from_secs(u64::try_from(int(probe, &[key]).max(least)).unwrap_or_default())
}

async fn until_started(subject: &Subject, spec: &Value, probe: &Value, address: &str) -> bool {
    tokio::time::sleep(seconds(probe, "initialDelaySeconds", 0)).await;
    let mut failures = 0;
    loop {
        match check(spec, probe, address).await {
            Ok(()) => return true,
            Err(message) => {
                subject.event(true, "Unhealthy", &format!("Startup probe failed: {message}"));
                failures += 1;
                if failures >= int(probe, &["failureThreshold"]).max(1) {
                    return false;
                }
            }
        }
        tokio::time::sleep(seconds(probe, "periodSeconds", 1)).await;
    }
}

async fn readiness(subject: &Subject, spec: &Value, address: &str) {
    let probe = at(spec, &["readinessProbe"]);
    if !probe.is_object() {
        return;
    }
    tokio::time::sleep(seconds(probe, "initialDelaySeconds", 0)).await;
    let (mut good, mut bad, mut ready) = (0, 0, false);
    loop {
        match check(spec, probe, address).await {
            Ok(()) => (good, bad) = (good + 1, 0),
            Err(message) => {
                subject.event(true, "Unhealthy", &format!("Readiness probe failed: {message}"));
                (good, bad) = (0, bad + 1);
            }
        }
        let now = (ready || good >= int(probe, &["successThreshold"]).max(1))
            && bad < int(probe, &["failureThreshold"]).max(1);
        if now != ready {
            ready = now;
            subject.edit(|status| put(status, &["ready"], json!(ready)));
        }
        tokio::time::sleep(seconds(probe, "periodSeconds", 1)).await;
    }
}

async fn liveness(subject: &Subject, spec: &Value, address: &str, unhealthy: &CancellationToken) {
    let probe = at(spec, &["livenessProbe"]);
    if !probe.is_object() {
        return;
    }
    tokio::time::sleep(seconds(probe, "initialDelaySeconds", 0)).await;
    let mut bad = 0;
    loop {
        match check(spec, probe, address).await {
            Ok(()) => bad = 0,
            Err(message) => {
                bad += 1;
                subject.event(true, "Unhealthy", &format!("Liveness probe failed: {message}"));
                if bad >= int(probe, &["failureThreshold"]).max(1) {
                    unhealthy.cancel();
                    return;
                }
            }
        }
        tokio::time::sleep(seconds(probe, "periodSeconds", 1)).await;
    }
}

fn port_of(spec: &Value, port: &Value) -> i64 {
    port.as_i64().unwrap_or_else(|| {
        list(spec, &["ports"])
            .iter()
            .find(|p| port.as_str() == Some(text(p, &["name"])))
            .map_or(0, |p| int(p, &["containerPort"]))
    })
}

/// One attempt; the error is worded as the kubelet words it.
async fn check(spec: &Value, probe: &Value, address: &str) -> Result<(), String> {
    let limit = seconds(probe, "timeoutSeconds", 1);
    if at(probe, &["httpGet"]).is_object() {
        let target = format!("{address}:{}", port_of(spec, at(probe, &["httpGet", "port"])));
        let path = text(probe, &["httpGet", "path"]);
        let url = format!("http://{target}{path}");
        return match tokio::time::timeout(limit, http_status(&target, path)).await {
            Err(_) => Err(format!(
                "Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            )),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Err(format!("Get \"{url}\": dial tcp {target}: connect: connection refused"))
            }
            Ok(Err(_)) => Err(format!("Get \"{url}\": EOF")),
            Ok(Ok(code)) if (200..400).contains(&code) => Ok(()),
            Ok(Ok(code)) => Err(format!("HTTP probe failed with statuscode: {code}")),
        };
    }
    if at(probe, &["tcpSocket"]).is_object() {
        let target = format!("{address}:{}", port_of(spec, at(probe, &["tcpSocket", "port"])));
        return match tokio::time::timeout(limit, TcpStream::connect(&target)).await {
            Err(_) => Err(format!("dial tcp {target}: i/o timeout")),
            Ok(Err(_)) => Err(format!("dial tcp {target}: connect: connection refused")),
            Ok(Ok(_)) => Ok(()),
        };
    }
    Err("this kind of probe is not supported by the practice range".to_owned())
}

/// Just the status code of a GET.
async fn http_status(target: &str, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(target).await?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: kube-probe/1.34\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0_u8; 12];
    stream.read_exact(&mut head).await?;
    std::str::from_utf8(&head)
        .ok()
        .and_then(|line| line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 ")))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| std::io::Error::other("malformed HTTP response"))
}
