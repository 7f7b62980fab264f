//! The parser: recursive descent over the words.

use super::lex::{Token, words};
use super::tree::{
    Aggregate, Comparison, Expr, Function, Grouping, LabelFilter, LabelValue, LineOperator, Log,
    MatchOperator, Matcher, Metric, Operation, Stage,
};

/// Why a query isn't one, in Loki's manner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(String);

const EMPTY: &str = "parse error : queries require at least one regexp or equality matcher that does not have an \
    empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but app=~\".+\" will";
/// Aggregations within each other.
const DEEP: usize = 16;

/// Parses a query.
pub fn parse(query: &str) -> Result<Expr, ParseError> {
    let mut parser = Parser::new(query)?;
    let expr = match parser.peek() {
        Some(Token::Sign("{")) => Expr::Log(parser.log(false)?.0),
        _ => Expr::Metric(parser.metric(0)?),
    };
    parser.end()?;
    Ok(expr)
}

/// Parses a selector alone.
pub fn selector(text: &str) -> Result<Vec<Matcher>, ParseError> {
    let mut parser = Parser::new(text)?;
    let matchers = parser.matchers()?;
    parser.end()?;
    Ok(matchers)
}

struct Parser {
    words: Vec<(usize, Token)>,
    at: usize,
    length: usize,
}

impl Parser {
    fn new(query: &str) -> Result<Self, ParseError> {
        let words = words(query).map_err(|(column, what)| syntax(column, &what))?;
        Ok(Self { words, at: 0, length: query.len() })
    }

    fn peek(&self) -> Option<&Token> {
        self.words.get(self.at).map(|(_, token)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn end(&self) -> Result<(), ParseError> {
        if self.peek().is_none() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// What stands here is not what may stand here.
    fn unexpected(&self) -> ParseError {
        match self.words.get(self.at) {
            None => syntax(self.length + 1, "$end"),
            Some((column, Token::Name(name))) => syntax(*column, &format!("IDENTIFIER {name:?}")),
            Some((column, Token::Text(_))) => syntax(*column, "STRING"),
            Some((column, Token::Number(_))) => syntax(*column, "NUMBER"),
            Some((column, Token::Duration(_))) => syntax(*column, "DURATION"),
            Some((column, Token::Sign(sign))) => syntax(*column, sign),
        }
    }

    /// What was just taken is not what may stand there.
    fn wrong<T>(&mut self) -> Result<T, ParseError> {
        self.at = self.at.saturating_sub(1);
        Err(self.unexpected())
    }

    fn name(&mut self) -> Result<String, ParseError> {
        match self.next() {
            Some(Token::Name(name)) => Ok(name),
            Some(_) => self.wrong(),
            None => Err(self.unexpected()),
        }
    }

    fn text(&mut self) -> Result<String, ParseError> {
        match self.next() {
            Some(Token::Text(text)) => Ok(text),
            Some(_) => self.wrong(),
            None => Err(self.unexpected()),
        }
    }

    fn matchers(&mut self) -> Result<Vec<Matcher>, ParseError> {
        self.expect("{")?;
        let mut matchers = Vec::new();
        if !self.takes("}") {
            loop {
                let label = self.name()?;
                let operator = self.match_operator()?;
                let value = self.text()?;
                matchers.push(Matcher { label, operator, value });
                if self.takes("}") {
                    break;
                }
                self.expect(",")?;
            }
        }
        let mut narrows = false;
        for Matcher { operator, value, .. } in &matchers {
            narrows |= match operator {
                MatchOperator::Equal => !value.is_empty(),
                MatchOperator::NotEqual => false,
                MatchOperator::Matches => !whole(value)?.is_match(""),
                MatchOperator::NotMatches => {
                    whole(value)?;
                    false
                }
            };
        }
        if narrows { Ok(matchers) } else { Err(ParseError(EMPTY.to_owned())) }
    }

    fn match_operator(&mut self) -> Result<MatchOperator, ParseError> {
        match self.next() {
            Some(Token::Sign("=")) => Ok(MatchOperator::Equal),
            Some(Token::Sign("!=")) => Ok(MatchOperator::NotEqual),
            Some(Token::Sign("=~")) => Ok(MatchOperator::Matches),
            Some(Token::Sign("!~")) => Ok(MatchOperator::NotMatches),
            Some(_) => self.wrong(),
            None => Err(self.unexpected()),
        }
    }

    /// A selector with its pipeline, and within a function the range, which may stand on either side of the pipeline.
    fn log(&mut self, ranged: bool) -> Result<(Log, Option<i64>), ParseError> {
        let matchers = self.matchers()?;
        let mut range = if ranged { self.range()? } else { None };
        let mut stages = Vec::new();
        loop {
            let operator = match self.peek() {
                Some(Token::Sign("|=")) => LineOperator::Contains,
                Some(Token::Sign("!=")) => LineOperator::NotContains,
                Some(Token::Sign("|~")) => LineOperator::Matches,
                Some(Token::Sign("!~")) => LineOperator::NotMatches,
                Some(Token::Sign("|")) => {
                    self.at += 1;
                    stages.push(self.stage()?);
                    continue;
                }
                _ => break,
            };
            self.at += 1;
            let text = self.text()?;
            if matches!(operator, LineOperator::Matches | LineOperator::NotMatches) {
                anywhere(&text)?;
            }
            stages.push(Stage::Line(operator, text));
        }
        if ranged && range.is_none() {
            range = self.range()?;
        }
        Ok((Log { matchers, stages }, range))
    }

    fn stage(&mut self) -> Result<Stage, ParseError> {
        let name = self.name()?;
        let plain = matches!(
            self.peek(),
            None | Some(Token::Sign("|" | "|=" | "!=" | "|~" | "!~" | "[" | ")"))
        );
        match name.as_str() {
            "json" if plain => return Ok(Stage::Json),
            "logfmt" if plain => return Ok(Stage::Logfmt),
            _ => {}
        }
        let comparison = match self.next() {
            Some(Token::Sign("=")) => Comparison::Match(MatchOperator::Equal),
            Some(Token::Sign("!=")) => Comparison::Match(MatchOperator::NotEqual),
            Some(Token::Sign("=~")) => Comparison::Match(MatchOperator::Matches),
            Some(Token::Sign("!~")) => Comparison::Match(MatchOperator::NotMatches),
            Some(Token::Sign("==")) => Comparison::Same,
            Some(Token::Sign(">")) => Comparison::Above,
            Some(Token::Sign(">=")) => Comparison::AtLeast,
            Some(Token::Sign("<")) => Comparison::Below,
            Some(Token::Sign("<=")) => Comparison::AtMost,
            Some(_) => return self.wrong(),
            None => return Err(self.unexpected()),
        };
        let value = match (self.next(), comparison) {
            (Some(Token::Text(text)), Comparison::Match(operator)) => {
                if matches!(operator, MatchOperator::Matches | MatchOperator::NotMatches) {
                    whole(&text)?;
                }
                LabelValue::Text(text)
            }
            (
                Some(Token::Number(number)),
                Comparison::Same
                | Comparison::Above
                | Comparison::AtLeast
                | Comparison::Below
                | Comparison::AtMost
                | Comparison::Match(MatchOperator::Equal | MatchOperator::NotEqual),
            ) => LabelValue::Number(number),
            (Some(_), _) => return self.wrong(),
            (None, _) => return Err(self.unexpected()),
        };
        Ok(Stage::Label(LabelFilter { label: name, comparison, value }))
    }

    fn range(&mut self) -> Result<Option<i64>, ParseError> {
        if !self.takes("[") {
            return Ok(None);
        }
        match self.next() {
            Some(Token::Duration(range)) if range > 0 => {
                self.expect("]")?;
                Ok(Some(range))
            }
            Some(_) => self.wrong(),
            None => Err(self.unexpected()),
        }
    }

    fn metric(&mut self, depth: usize) -> Result<Metric, ParseError> {
        let name = self.name()?;
        let function = match name.as_str() {
            "count_over_time" => Some(Function::CountOverTime),
            "rate" => Some(Function::Rate),
            "bytes_over_time" => Some(Function::BytesOverTime),
            "bytes_rate" => Some(Function::BytesRate),
            _ => None,
        };
        if let Some(function) = function {
            self.expect("(")?;
            let inner = self.takes("(");
            let (log, range) = self.log(true)?;
            if inner {
                self.expect(")")?;
            }
            let range = match range {
                Some(range) => range,
                None => self.range()?.ok_or_else(|| self.unexpected())?,
            };
            self.expect(")")?;
            return Ok(Metric::Range { function, log, range });
        }
        let operation = match name.as_str() {
            "sum" => Operation::Sum,
            "count" => Operation::Count,
            "min" => Operation::Min,
            "max" => Operation::Max,
            "avg" => Operation::Avg,
            _ => return self.wrong(),
        };
        if depth >= DEEP {
            return self.wrong();
        }
        let before = self.grouping()?;
        self.expect("(")?;
        let inner = Box::new(self.metric(depth + 1)?);
        self.expect(")")?;
        let grouping = match before {
            Some(grouping) => Some(grouping),
            None => self.grouping()?,
        };
        Ok(Metric::Aggregate(Aggregate { operation, grouping, inner }))
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, ParseError> {
        let by = match self.peek() {
            Some(Token::Name(name)) if name == "by" => true,
            Some(Token::Name(name)) if name == "without" => false,
            _ => return Ok(None),
        };
        self.at += 1;
        self.expect("(")?;
        let mut labels = Vec::new();
        while !self.takes(")") {
            if !labels.is_empty() {
                self.expect(",")?;
            }
            labels.push(self.name()?);
        }
        Ok(Some(if by { Grouping::By(labels) } else { Grouping::Without(labels) }))
    }
}

fn syntax(column: usize, what: &str) -> ParseError {
    ParseError(format!("parse error at line 1, col {column}: syntax error: unexpected {what}"))
}

/// A regular expression over a whole value.
pub fn whole(text: &str) -> Result<regex::Regex, ParseError> {
    anywhere(&format!("^(?:{text})$"))
}

/// A regular expression over any part.
pub fn anywhere(text: &str) -> Result<regex::Regex, ParseError> {
    regex::Regex::new(text)
        .map_err(|_| ParseError(format!("parse error : error parsing regexp: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_read() {
        for query in [
            r#"{app="x"}"#,
            r#"{app="x", pod=~"a|b", level!="info", c!~`d`} |= "e" != "f" |~ `g\d` !~ "h""#,
            r#"{app="x"} | json | level="error" | status >= 500"#,
            r#"{app="x"} | logfmt | level=~"err.*" |= "y""#,
            r#"count_over_time({app="x"} |= "y" [5m])"#,
            r#"count_over_time({app="x"}[5m] |= "y")"#,
            r#"sum by (app, pod) (rate({app="x"}[1h30m]))"#,
            r#"sum(rate(({app="x"} | json)[60s])) by (app)"#,
            r#"max without (pod) (sum by (pod) (bytes_rate({app="x"}[1m])))"#,
        ] {
            parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_place() {
        for (query, said) in [
            ("", "col 1: syntax error: unexpected $end"),
            ("{}", "at least one regexp or equality matcher"),
            (r#"{app=~".*"}"#, "at least one regexp or equality matcher"),
            (r#"{app="x""#, "col 9: syntax error: unexpected $end"),
            ("{app=x}", "col 6: syntax error: unexpected IDENTIFIER \"x\""),
            (r#"{app=~"("}"#, "error parsing regexp"),
            (r#"{app="x"} |= "#, "unexpected $end"),
            (r#"{app="x"} | pattern "<_>""#, "unexpected STRING"),
            (r#"{app="x"} | line_format "{{.a}}""#, "unexpected STRING"),
            (r#"rate({app="x"})"#, "unexpected )"),
            (r#"rate({app="x"}[0s])"#, "unexpected DURATION"),
            (r#"topk(5, rate({app="x"}[5m]))"#, "unexpected IDENTIFIER \"topk\""),
            (r#"sum(rate({app="x"}[5m])) / 2"#, "unexpected"),
            (r#"{app="x"} |= "a" or "b""#, "unexpected IDENTIFIER \"or\""),
            (r#"{app="x"}[5m]"#, "unexpected ["),
        ] {
            let error = parse(query).unwrap_err().to_string();
            assert!(error.contains(said), "{query}: {error}");
        }
        let deep = format!("{}x{}", "sum(".repeat(100_000), ")".repeat(100_000));
        assert!(parse(&deep).is_err());
    }
}
