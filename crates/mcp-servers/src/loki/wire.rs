//! Loki's JSON, as far as it is read.

use evenkeel_tools::loki::Labels;
use evenkeel_tools::prometheus::SampleValue;
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// What wraps most answers.
#[derive(Deserialize)]
pub(super) struct Envelope {
    pub status: String,
    pub data: Option<serde_json::Value>,
    pub error: Option<String>,
    pub warnings: Option<Vec<String>>,
}

/// Data of `query` and `query_range`. Statistics are not read.
#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum QueryData {
    Streams(Vec<Stream>),
    Vector(Vec<InstantSeries>),
    Matrix(Vec<MatrixSeries>),
    Scalar(Value),
}

/// A stream with its lines.
#[derive(Deserialize)]
pub(super) struct Stream {
    #[serde(default)]
    pub stream: Labels,
    #[serde(default)]
    pub values: Vec<Line>,
}

/// `["nanoseconds", "line"]`, and since Loki 2.9 a third part with structured metadata: an object of texts, or with
/// categorized labels an object of such objects.
pub(super) struct Line {
    pub at: Timestamp,
    pub text: String,
    pub metadata: Labels,
}

/// The third part of a line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Metadata {
    Categorized(Categorized),
    Plain(Labels),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Categorized {
    #[serde(rename = "structuredMetadata", default)]
    structured: Labels,
    #[serde(default)]
    parsed: Labels,
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            Two(String, String),
            Three(String, String, Metadata),
        }
        let (at, line, metadata) = match Shape::deserialize(deserializer)? {
            Shape::Two(at, line) => (at, line, Labels::new()),
            Shape::Three(at, line, Metadata::Plain(labels)) => (at, line, labels),
            Shape::Three(at, line, Metadata::Categorized(all)) => {
                // Labels parsed out of the line by the query's own stages add to the metadata.
                (at, line, all.parsed.into_iter().chain(all.structured).collect())
            }
        };
        let at = at
            .parse::<i128>()
            .ok()
            .and_then(|nanos| Timestamp::from_nanosecond(nanos).ok())
            .ok_or_else(|| D::Error::custom(format!("{at:?} isn't a time in nanoseconds")))?;
        Ok(Self { at, text: line, metadata })
    }
}

/// One element of a vector.
#[derive(Deserialize)]
pub(super) struct InstantSeries {
    #[serde(default)]
    pub metric: Labels,
    pub value: Value,
}

/// One series of a matrix.
#[derive(Deserialize)]
pub(super) struct MatrixSeries {
    #[serde(default)]
    pub metric: Labels,
    #[serde(default)]
    pub values: Vec<Value>,
}

/// `[unix seconds, "value"]`.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub at: f64,
    pub value: SampleValue,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (at, text) = <(f64, String)>::deserialize(deserializer)?;
        let value = SampleValue::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("{text:?} isn't a sample value")))?;
        Ok(Self { at, value })
    }
}

/// Answer of `index/stats`.
#[derive(Deserialize)]
pub(super) struct Stats {
    pub streams: u64,
    pub chunks: u64,
    pub entries: u64,
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::{QueryData, Stream};

    fn streams(json: &str) -> Vec<Stream> {
        match serde_json::from_str(json).unwrap() {
            QueryData::Streams(streams) => streams,
            _ => panic!("not streams"),
        }
    }

    #[test]
    fn lines_come_with_and_without_metadata() {
        let found = streams(
            r#"{"resultType":"streams","encodingFlags":["categorize-labels"],"stats":{},"result":[{"stream":{"app":"x"},"values":[
                ["1569266497240578000","two"],
                ["1569266497240578001","plain",{"trace_id":"a1"}],
                ["1569266497240578002","sorted",{"structuredMetadata":{"trace_id":"a2"},"parsed":{"level":"error"}}],
                ["1569266497240578003","none",{}]]}]}"#,
        );
        let lines = &found[0].values;
        assert_eq!(lines[0].at.as_nanosecond(), 1_569_266_497_240_578_000);
        assert!(lines[0].metadata.is_empty() && lines[3].metadata.is_empty());
        assert_eq!(lines[1].metadata["trace_id"], "a1");
        assert_eq!(
            (lines[2].metadata["trace_id"].as_str(), lines[2].metadata["level"].as_str()),
            ("a2", "error")
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for json in [
            r#"{"resultType":"streams","result":[{"stream":{},"values":[["soon","x"]]}]}"#,
            r#"{"resultType":"streams","result":[{"stream":{},"values":[["1"]]}]}"#,
            r#"{"resultType":"tables","result":[]}"#,
        ] {
            assert!(serde_json::from_str::<QueryData>(json).is_err(), "{json}");
        }
    }
}
