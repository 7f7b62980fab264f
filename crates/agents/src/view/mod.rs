//! What specialists saw, typed: the input of analyzers.

pub mod code;
pub mod kubernetes;
pub mod logs;
pub mod metrics;
pub mod owner;

pub use code::{CodeView, Release};
pub use kubernetes::{KubernetesView, NamespaceView};
pub use logs::{LogsView, NamespaceLogs, PodLines};
pub use metrics::{AlertSeries, MemorySeries, MetricsView, Watched};
