//! Tools of the `loki` server.

pub mod around;
pub mod counts;
pub mod discovery;
pub mod entries;
pub mod errors;
pub mod names;
pub mod patterns;
pub mod place;
pub mod query;
pub mod stats;

/// The server's name, as in `evenkeel mcp loki`.
pub const SERVER: &str = "loki";

pub use crate::prometheus::Labels;
pub use around::{TailAround, TailAroundArgs};
pub use counts::{Counts, CountsArgs};
pub use discovery::{
    LabelNames, LabelNamesArgs, LabelValues, LabelValuesArgs, StreamList, StreamsArgs,
};
pub use entries::{Direction, Entries, LogEntry};
pub use errors::{ErrorLogs, ErrorLogsArgs};
pub use patterns::{Pattern, PatternChange, Patterns, PatternsArgs, WindowRead};
pub use place::{
    DiscoveredLabel, LabelMatcher, LineFilter, LineOperator, MatchOperator, Place, PlacePart,
};
pub use query::{LogData, QueryArgs, QueryRangeArgs, QueryRangeResult, QueryResult};
pub use stats::{Estimate, IndexStats, IndexStatsArgs};
