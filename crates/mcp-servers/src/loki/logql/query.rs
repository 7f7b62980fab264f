//! Log queries and counts over them.

use std::fmt;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{LineFilter, LineOperator};

use super::literal::quote;
use super::selector::{Selector, is_label_name, regex};
use crate::failure::bad_arguments;

/// Filters of a query.
const MAX_FILTERS: usize = 10;
/// Bytes of a filter's text.
const MAX_TEXT: usize = 1024;
/// Labels to sum by.
const MAX_BY: usize = 5;

/// Lines of the streams that a selector chooses, filtered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    selector: Selector,
    filters: Vec<LineFilter>,
}

impl LogQuery {
    /// All lines of those streams.
    pub fn new(selector: Selector) -> Self {
        Self { selector, filters: Vec::new() }
    }

    /// With conditions on lines, all of which must hold.
    pub fn filtered(mut self, filters: Vec<LineFilter>) -> Result<Self, ToolFailure> {
        if filters.len() > MAX_FILTERS {
            return Err(bad_arguments(format!("there are more than {MAX_FILTERS} line filters")));
        }
        for LineFilter { operator, text } in &filters {
            if text.is_empty() || text.len() > MAX_TEXT {
                return Err(bad_arguments(format!("a line filter has 1 to {MAX_TEXT} bytes")));
            }
            if matches!(operator, LineOperator::Matches | LineOperator::NotMatches) {
                regex(text)?;
            }
        }
        self.filters = filters;
        Ok(self)
    }

    /// The streams.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Its lines in steps of so many seconds, counted apart by labels.
    pub fn counted(self, by: Vec<String>, seconds: u32) -> Result<Counted, ToolFailure> {
        if by.len() > MAX_BY {
            return Err(bad_arguments(format!("lines can be counted by {MAX_BY} labels at most")));
        }
        if let Some(bad) = by.iter().find(|label| !is_label_name(label)) {
            return Err(bad_arguments(format!("{bad:?} isn't a label name")));
        }
        Ok(Counted { query: self, by, seconds: seconds.max(1) })
    }
}

impl fmt::Display for LogQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.selector)?;
        for LineFilter { operator, text } in &self.filters {
            write!(f, " {} {}", operator.as_str(), quote(text))?;
        }
        Ok(())
    }
}

/// A count of lines over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    query: LogQuery,
    by: Vec<String>,
    seconds: u32,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sum ")?;
        if !self.by.is_empty() {
            write!(f, "by ({}) ", self.by.join(", "))?;
        }
        write!(f, "(count_over_time({} [{}s]))", self.query, self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::loki::{LabelMatcher, MatchOperator};

    use super::*;

    #[test]
    fn queries_read_as_people_write_them() {
        let selector = Selector::new(vec![LabelMatcher {
            label: "namespace".into(),
            operator: MatchOperator::Equal,
            value: "shop".into(),
        }])
        .unwrap();
        let filters = vec![LineFilter { operator: LineOperator::Matches, text: "(?i)err".into() }];
        let query = LogQuery::new(selector).filtered(filters).unwrap();
        assert_eq!(query.to_string(), r#"{namespace="shop"} |~ "(?i)err""#);
        let counted = query.clone().counted(vec!["pod".into()], 60).unwrap();
        assert_eq!(
            counted.to_string(),
            r#"sum by (pod) (count_over_time({namespace="shop"} |~ "(?i)err" [60s]))"#
        );
        assert!(query.clone().counted(vec!["a-b".into()], 60).is_err());
        let broken = vec![LineFilter { operator: LineOperator::NotMatches, text: "(".into() }];
        assert!(query.filtered(broken).is_err());
    }
}
