//! Metrics in the Prometheus text format, with the customary names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::workers::Workers;
use crate::node::memory::{cpu_seconds, resident_bytes};
use crate::value::clock;

/// Upper bounds of the latency buckets in seconds.
const BUCKETS: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0];

#[derive(Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    sum: f64,
    count: u64,
}

impl Histogram {
    fn observe(&mut self, seconds: f64) {
        for (bound, count) in BUCKETS.iter().zip(&mut self.buckets) {
            if seconds <= *bound {
                *count += 1;
            }
        }
        self.sum += seconds;
        self.count += 1;
    }

    fn render(&self, name: &str, labels: &str, out: &mut String) {
        for (bound, count) in BUCKETS.iter().zip(&self.buckets) {
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", self.count);
        let _ = writeln!(out, "{name}_sum{{{labels}}} {}", self.sum);
        let _ = writeln!(out, "{name}_count{{{labels}}} {}", self.count);
    }
}

#[derive(Default)]
struct Figures {
    requests: BTreeMap<(String, String, u16), u64>,
    durations: BTreeMap<(String, String), Histogram>,
    calls: BTreeMap<(String, String), u64>,
    call_durations: BTreeMap<String, Histogram>,
}

/// The metrics of one process.
pub struct Metrics {
    service: &'static str,
    release: String,
    started: Timestamp,
    figures: Mutex<Figures>,
}

impl Metrics {
    /// Empty metrics.
    pub fn new(service: &'static str, release: &str) -> Self {
        Self { service, release: release.to_owned(), started: clock(), figures: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an answered request.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let mut figures = self.lock();
        *figures.requests.entry((method.to_owned(), route.to_owned(), status)).or_default() += 1;
        figures
            .durations
            .entry((method.to_owned(), route.to_owned()))
            .or_default()
            .observe(took.as_secs_f64());
    }

    /// Notes a call to another service.
    pub fn call(&self, target: &str, status: &str, took: Duration) {
        let mut figures = self.lock();
        *figures.calls.entry((target.to_owned(), status.to_owned())).or_default() += 1;
        figures.call_durations.entry(target.to_owned()).or_default().observe(took.as_secs_f64());
    }

    /// All requests, and those answered with a server error.
    pub fn totals(&self) -> (u64, u64) {
        let figures = self.lock();
        let all = figures.requests.values().sum();
        let errors = figures
            .requests
            .iter()
            .filter(|((_, _, status), _)| *status >= 500)
            .map(|(_, n)| n)
            .sum();
        (all, errors)
    }

    /// The exposition.
    pub fn render(&self, workers: &Workers) -> String {
        let mut out = String::with_capacity(4_096);
        let figures = self.lock();
        head(&mut out, "http_requests_total", "counter", "HTTP requests answered.");
        for ((method, route, status), count) in &figures.requests {
            let _ = writeln!(
                out,
                "http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            );
        }
        head(
            &mut out,
            "http_request_duration_seconds",
            "histogram",
            "Time to answer, including waiting for a worker.",
        );
        for ((method, route), histogram) in &figures.durations {
            histogram.render(
                "http_request_duration_seconds",
                &format!("method=\"{method}\",route=\"{route}\""),
                &mut out,
            );
        }
        head(&mut out, "http_client_requests_total", "counter", "Calls to other services.");
        for ((target, status), count) in &figures.calls {
            let _ = writeln!(
                out,
                "http_client_requests_total{{target=\"{target}\",status=\"{status}\"}} {count}"
            );
        }
        head(
            &mut out,
            "http_client_request_duration_seconds",
            "histogram",
            "Time calls to other services take.",
        );
        for (target, histogram) in &figures.call_durations {
            histogram.render(
                "http_client_request_duration_seconds",
                &format!("target=\"{target}\""),
                &mut out,
            );
        }
        drop(figures);
        let gauges = [
            ("http_requests_in_flight", "Requests being worked on.", workers.busy()),
            ("http_requests_queued", "Requests waiting for a worker.", workers.queued()),
            ("http_workers", "Requests that can be worked on at the same time.", workers.limit()),
        ];
        for (name, help, value) in gauges {
            head(&mut out, name, "gauge", help);
            let _ = writeln!(out, "{name} {value}");
        }
        let pid = std::process::id();
        head(&mut out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
        let _ = writeln!(
            out,
            "process_resident_memory_bytes {}",
            resident_bytes(pid).unwrap_or_default()
        );
        head(
            &mut out,
            "process_cpu_seconds_total",
            "counter",
            "Total user and system CPU time spent in seconds.",
        );
        let _ = writeln!(out, "process_cpu_seconds_total {}", cpu_seconds(pid).unwrap_or_default());
        head(
            &mut out,
            "process_start_time_seconds",
            "gauge",
            "Start time of the process since unix epoch in seconds.",
        );
        let _ = writeln!(out, "process_start_time_seconds {}", self.started.as_second());
        head(&mut out, "build_info", "gauge", "The release that runs.");
        let _ = writeln!(
            out,
            "build_info{{service=\"{}\",version=\"{}\"}} 1",
            self.service, self.release
        );
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative() {
        let metrics = Metrics::new("checkout", "1");
        metrics.request("GET", "/x", 200, Duration::from_millis(30));
        metrics.request("GET", "/x", 500, Duration::from_millis(300));
        let text = metrics.render(&Workers::new(2, 2));
        assert!(
            text.contains(
                "http_request_duration_seconds_bucket{method=\"GET\",route=\"/x\",le=\"0.05\"} 1\n"
            ),
            "{text}"
        );
        assert!(text.contains(
            "http_request_duration_seconds_bucket{method=\"GET\",route=\"/x\",le=\"+Inf\"} 2\n"
        ));
        assert!(
            text.contains("http_requests_total{method=\"GET\",route=\"/x\",status=\"500\"} 1\n")
        );
        assert_eq!(metrics.totals(), (2, 1));
    }
}
