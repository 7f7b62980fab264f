//! What the builder of `LogQL` makes reads back as what went in, by the parser of the Loki double, which is another's.

use evenkeel_lab::loki::logql as read;
use evenkeel_mcp_servers::loki::logql::{LogQuery, Selector, regex_escape, shape};
use evenkeel_tools::loki::{LabelMatcher, LineFilter, LineOperator, MatchOperator};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// Pieces that texts from outside are made of: plain, hostile, and odd.
const PIECES: &[&str] = &[
    "shop",
    "checkout-7d9f",
    "\"",
    "\\",
    "`",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "|",
    "|=",
    "!=",
    "=~",
    " or ",
    "\n",
    "\r",
    "\t",
    "\u{0}",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "ü",
    "日本",
    "🦀",
    " ",
    "'",
    "%",
    "\\n",
    "\\u0041",
    "[5m]",
    "{app=\"x\"}",
    "| json",
    "#",
    "//",
    "/*",
    "$",
    "^",
    ".*",
    ",",
    "by (",
];

fn text(random: &mut StdRng) -> String {
    let count = random.random_range(1..8);
    (0..count)
        .map(|_| match random.random_range(0..10) {
            0 => char::from_u32(random.random_range(0..0x11_0000)).unwrap_or('x').to_string(),
            _ => (*PIECES.choose(random).unwrap()).to_owned(),
        })
        .collect()
}

fn matcher(random: &mut StdRng) -> LabelMatcher {
    let label = *["namespace", "app", "pod", "_x", "a1"].choose(random).unwrap();
    let value = text(random);
    let (operator, value) = match random.random_range(0..4) {
        0 => (MatchOperator::Equal, value),
        1 => (MatchOperator::NotEqual, value),
        2 => (MatchOperator::Matches, format!("{}.+", regex_escape(&value))),
        _ => (MatchOperator::NotMatches, regex_escape(&value)),
    };
    LabelMatcher { label: label.to_owned(), operator, value }
}

fn filter(random: &mut StdRng) -> LineFilter {
    let text = text(random);
    let (operator, text) = match random.random_range(0..4) {
        0 => (LineOperator::Contains, text),
        1 => (LineOperator::NotContains, text),
        2 => (LineOperator::Matches, regex_escape(&text)),
        _ => (LineOperator::NotMatches, regex_escape(&text)),
    };
    LineFilter { operator, text }
}

fn operator(operator: MatchOperator) -> read::MatchOperator {
    match operator {
        MatchOperator::Equal => read::MatchOperator::Equal,
        MatchOperator::NotEqual => read::MatchOperator::NotEqual,
        MatchOperator::Matches => read::MatchOperator::Matches,
        MatchOperator::NotMatches => read::MatchOperator::NotMatches,
    }
}

fn line_operator(operator: LineOperator) -> read::LineOperator {
    match operator {
        LineOperator::Contains => read::LineOperator::Contains,
        LineOperator::NotContains => read::LineOperator::NotContains,
        LineOperator::Matches => read::LineOperator::Matches,
        LineOperator::NotMatches => read::LineOperator::NotMatches,
    }
}

fn expected(matchers: &[LabelMatcher], filters: &[LineFilter]) -> read::Log {
    read::Log {
        matchers: matchers
            .iter()
            .map(|m| read::Matcher {
                label: m.label.clone(),
                operator: operator(m.operator),
                value: m.value.clone(),
            })
            .collect(),
        stages: filters
            .iter()
            .map(|f| read::Stage::Line(line_operator(f.operator), f.text.clone()))
            .collect(),
    }
}

#[test]
fn what_is_built_reads_back_as_what_went_in() {
    let mut random = StdRng::seed_from_u64(1);
    for _ in 0..5000 {
        let mut matchers: Vec<_> =
            (0..random.random_range(0..4)).map(|_| matcher(&mut random)).collect();
        matchers.push(LabelMatcher {
            label: "job".to_owned(),
            operator: MatchOperator::Equal,
            value: text(&mut random),
        });
        let filters: Vec<_> = (0..random.random_range(0..4)).map(|_| filter(&mut random)).collect();
        let selector = Selector::new(matchers.clone()).unwrap();
        let query = LogQuery::new(selector).filtered(filters.clone()).unwrap();
        let log = expected(&matchers, &filters);
        let built = query.to_string();
        assert!(!built.chars().any(char::is_control), "{built:?}");
        assert_eq!(read::parse(&built).unwrap(), read::Expr::Log(log.clone()), "{built}");
        // What a query would read is told by its selector alone, whatever its literals say.
        let shaped = shape(&built);
        assert_eq!(shaped.selectors, [query.selector().to_string()], "{built}");
        assert!(shaped.range.is_zero(), "{built}");
        let seconds = random.random_range(1..100_000);
        let by = vec!["app".to_owned(), "pod".to_owned()];
        let counted = query.counted(by.clone(), seconds).unwrap().to_string();
        let figures = read::Expr::Metric(read::Metric::Aggregate(read::Aggregate {
            operation: read::Operation::Sum,
            grouping: Some(read::Grouping::By(by)),
            inner: Box::new(read::Metric::Range {
                function: read::Function::CountOverTime,
                log,
                range: i64::from(seconds) * 1_000_000_000,
            }),
        }));
        assert_eq!(read::parse(&counted).unwrap(), figures, "{counted}");
        assert_eq!(shape(&counted).range.as_secs(), i64::from(seconds));
    }
}

#[test]
fn nothing_makes_the_reader_of_shapes_panic() {
    let mut random = StdRng::seed_from_u64(2);
    for _ in 0..20_000 {
        let _whatever = shape(&text(&mut random));
    }
}
