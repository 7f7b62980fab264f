//! `LogQL` made of texts from outside, and `LogQL` that somebody else wrote.

use evenkeel_lab::loki::logql::{self as read, Expr, Stage};
use evenkeel_mcp_servers::loki::logql::{LogQuery, Selector, regex_escape, shape};
use evenkeel_tools::loki::{LabelMatcher, LineFilter, LineOperator, MatchOperator};

/// The bytes are texts with a unit separator between them: the first a label's value, the others what lines contain. What is built of
/// them reads back, by the parser of the Loki double, as exactly these; and what a query would read is found in any text.
pub fn logql(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = shape(&text);
    assert!(found.selectors.iter().all(|selector| text.contains(selector.as_str())), "{found:?}");
    let mut texts = text.split('\u{1f}').take(8);
    let value = texts.next().unwrap_or_default();
    let exact = format!("^{}$", regex_escape(value));
    if let Ok(pattern) = regex::Regex::new(&exact) {
        assert!(pattern.is_match(value), "{exact:?}");
    }
    let matchers = vec![
        LabelMatcher { label: "a".into(), operator: MatchOperator::Equal, value: value.into() },
        LabelMatcher { label: "b".into(), operator: MatchOperator::NotEqual, value: value.into() },
    ];
    let Ok(selector) = Selector::new(matchers) else {
        let long = value.len() > 2048;
        assert!(value.is_empty() || long, "{value:?} is refused");
        return;
    };
    let filters: Vec<_> = texts
        .map(|text| LineFilter { operator: LineOperator::Contains, text: text.into() })
        .collect();
    let Ok(query) = LogQuery::new(selector).filtered(filters.clone()) else { return };
    let query = query.to_string();
    let Ok(Expr::Log(log)) = read::parse(&query) else { panic!("{query:?} isn't a log query") };
    let values: Vec<_> =
        log.matchers.iter().map(|m| (m.label.as_str(), m.value.as_str())).collect();
    assert_eq!(values, [("a", value), ("b", value)], "{query:?}");
    let contained: Vec<_> = log.stages.iter().map(contained).collect();
    let wanted: Vec<_> = filters.iter().map(|filter| Some(filter.text.as_str())).collect();
    assert_eq!(contained, wanted, "{query:?}");
    assert_eq!(shape(&query).selectors.len(), 1, "{query:?}");
}

fn contained(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::Line(read::LineOperator::Contains, text) => Some(text),
        _ => None,
    }
}
