//! Log lines: reading them, joining stack traces, mining templates, comparing two windows of time.
//!
//! Used wherever lines come from, a log store or a pod. It must not know where that is: no I/O, no async run time, no
//! clock; lines, times and seeds are parameters. Lines are hostile, so everything kept of them is bounded and nothing
//! panics on them.
//!
//! The way of a line: [`join::Joiner`] → [`line::read`] → [`mine::Miner::add`] → [`compare::compare`];
//! [`study::study`] takes the lines of two windows all that way.
//!
//! To add a format, a language of stack traces, a look of values: see [`mod@line`], [`join`], [`mine`].

pub mod compare;
pub mod join;
pub mod line;
pub mod mine;
mod statistics;
pub mod study;
