//! What is parsed to.

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// For lines.
    Log(Log),
    /// For figures.
    Metric(Metric),
}

/// Lines of streams.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Which streams.
    pub matchers: Vec<Matcher>,
    /// What is done with each line, in order.
    pub stages: Vec<Stage>,
}

/// A condition on a stream's label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// The comparison.
    pub operator: MatchOperator,
    /// With what.
    pub value: String,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOperator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    NotMatches,
}

/// How a line is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOperator {
    /// `|=`
    Contains,
    /// `!=`
    NotContains,
    /// `|~`
    Matches,
    /// `!~`
    NotMatches,
}

/// A step of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Keeps lines.
    Line(LineOperator, String),
    /// `| json`
    Json,
    /// `| logfmt`
    Logfmt,
    /// Keeps lines by a label.
    Label(LabelFilter),
}

/// A condition on a label in a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFilter {
    /// The label.
    pub label: String,
    /// The comparison.
    pub comparison: Comparison,
    /// With what.
    pub value: LabelValue,
}

/// How a label is compared in a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// As in a selector.
    Match(MatchOperator),
    /// `==`
    Same,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// With what a label is compared in a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub enum LabelValue {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
}

/// Figures.
#[derive(Debug, Clone, PartialEq)]
pub enum Metric {
    /// A function over the lines of a range.
    Range {
        /// The function.
        function: Function,
        /// The lines.
        log: Log,
        /// The range in nanoseconds.
        range: i64,
    },
    /// An aggregation of figures.
    Aggregate(Aggregate),
}

/// An aggregation.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What is done.
    pub operation: Operation,
    /// By which labels.
    pub grouping: Option<Grouping>,
    /// Of what.
    pub inner: Box<Metric>,
}

/// Labels of an aggregation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grouping {
    /// Keeps these.
    By(Vec<String>),
    /// Drops these.
    Without(Vec<String>),
}

/// A function over a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `count_over_time`
    CountOverTime,
    /// `rate`
    Rate,
    /// `bytes_over_time`
    BytesOverTime,
    /// `bytes_rate`
    BytesRate,
}

/// An aggregation's operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `sum`
    Sum,
    /// `count`
    Count,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `avg`
    Avg,
}
