//! What the tools are asked, checked.

use evenkeel_retrieval::Query;
use evenkeel_retrieval::markdown::Part;
use evenkeel_tools::ToolFailure;

use crate::failure::bad_arguments;

/// Longest question, in bytes: an alert with all its annotations.
pub(crate) const QUERY_BYTES: usize = 4_000;
/// Alert names of one question.
pub(crate) const NAMES: usize = 20;

/// A query over those words and names, or why there can be none.
pub(crate) fn query<'a>(
    text: &'a str,
    names: &'a [String],
    part: Option<Part>,
    limit: usize,
) -> Result<Query<'a>, ToolFailure> {
    if text.trim().is_empty() && names.is_empty() {
        return Err(bad_arguments("the query is empty"));
    }
    if text.len() > QUERY_BYTES {
        return Err(bad_arguments(format!(
            "the query has {} bytes, {QUERY_BYTES} are allowed",
            text.len()
        )));
    }
    if names.len() > NAMES {
        return Err(bad_arguments(format!(
            "there are {} alert names, {NAMES} are allowed",
            names.len()
        )));
    }
    Ok(Query { text, names, part, limit })
}

/// A limit between 1 and `most`, or what it is when none is given.
pub(crate) fn limit(asked: Option<u32>, usual: u32, most: u32) -> Result<usize, ToolFailure> {
    match asked.unwrap_or(usual) {
        limit if (1..=most).contains(&limit) => Ok(limit as usize),
        limit => Err(bad_arguments(format!("limit must be 1 to {most}, not {limit}"))),
    }
}

/// Whether a hit is worth showing: it names the alert, or shares more than a stray word and is near in meaning. On the
/// pairs of `crates/retrieval/tests` this keeps 55 of 60 right answers and half of the best wrong ones: a person can tell
/// those apart, and what is shown only informs. See `docs/retrieval.md`.
pub(crate) fn fits(named: bool, coverage: f32, meaning: f32) -> bool {
    named || (coverage >= 0.3 && meaning >= 0.3)
}
