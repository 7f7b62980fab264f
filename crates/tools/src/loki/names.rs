//! The tools' names on the wire.

/// Instant `LogQL` metric query.
pub const QUERY: &str = "query";
/// `LogQL` over a range: lines or figures.
pub const QUERY_RANGE: &str = "query_range";
/// Which labels there are.
pub const LABELS: &str = "labels";
/// What a label can be.
pub const LABEL_VALUES: &str = "label_values";
/// Which streams match a selector.
pub const SERIES: &str = "series";
/// How much a selector would read.
pub const INDEX_STATS: &str = "index_stats";
/// Lines before and after a moment.
pub const TAIL_AROUND: &str = "tail_around";
/// Lines that report an error.
pub const ERROR_LOGS: &str = "error_logs";
/// Lines over time.
pub const COUNTS: &str = "counts";
/// What is logged that was not logged before.
pub const PATTERNS: &str = "patterns";

/// All of them; all only read.
pub const READS: &[&str] = &[
    QUERY,
    QUERY_RANGE,
    LABELS,
    LABEL_VALUES,
    SERIES,
    INDEX_STATS,
    TAIL_AROUND,
    ERROR_LOGS,
    COUNTS,
    PATTERNS,
];
