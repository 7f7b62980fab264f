//! The real Prometheus and Alertmanager: their configuration, and keeping them running.

mod alertmanager;
mod prometheus;
mod rules;
mod supervise;

pub use alertmanager::{Webhook, write_config as write_alertmanager_config};
pub use prometheus::{is_scraping, write_config as write_prometheus_config};
pub use supervise::{Program, find_program, keep_running};
