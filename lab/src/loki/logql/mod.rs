//! A part of `LogQL`, read by a parser that refuses everything else.
//!
//! Known: stream selectors; line filters `|= != |~ !~`; the stages `| json` and `| logfmt` without arguments; label
//! filters with one comparison (`| level="error"`, `| status >= 500`); `count_over_time`, `rate`, `bytes_over_time` and
//! `bytes_rate` over such lines; `sum`, `count`, `min`, `max`, `avg` with `by` or `without` over those. Unknown, and
//! refused: binary operators, `or` between filters, patterns, templates, unwrapping, offsets, sorting, everything
//! experimental.

mod eval;
mod lex;
mod parse;
mod tree;

pub use eval::{Filter, Pipeline, Series, vector};
pub use lex::duration;
pub use parse::{ParseError, parse, selector};
pub use tree::{
    Aggregate, Comparison, Expr, Function, Grouping, LabelFilter, LabelValue, LineOperator, Log,
    MatchOperator, Matcher, Metric, Operation, Stage,
};
