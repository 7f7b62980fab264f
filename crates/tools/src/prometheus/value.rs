//! Sample values: a number, or one of the three things that aren't.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// A sample's value: a JSON number, or the text `NaN`, `+Inf` or `-Inf`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SampleValue {
    /// A finite number.
    Number(f64),
    /// Not a finite number.
    Special(SpecialValue),
}

/// Values that aren't finite numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SpecialValue {
    /// Not a number: most often 0/0, so a ratio without traffic.
    #[serde(rename = "NaN")]
    NaN,
    /// Above every number: most often x/0.
    #[serde(rename = "+Inf")]
    PositiveInfinity,
    /// Below every number.
    #[serde(rename = "-Inf")]
    NegativeInfinity,
}

impl SampleValue {
    /// The number, `None` for NaN and infinities.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Special(_) => None,
        }
    }

    /// Whether it is NaN.
    pub fn is_nan(self) -> bool {
        self == Self::Special(SpecialValue::NaN)
    }

    /// As an `f64` with its own NaN and infinities, for comparing and computing.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Special(SpecialValue::NaN) => f64::NAN,
            Self::Special(SpecialValue::PositiveInfinity) => f64::INFINITY,
            Self::Special(SpecialValue::NegativeInfinity) => f64::NEG_INFINITY,
        }
    }

    /// Parses Prometheus' text form of a value; `None` when it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NaN" => Some(Self::Special(SpecialValue::NaN)),
            "+Inf" | "Inf" => Some(Self::Special(SpecialValue::PositiveInfinity)),
            "-Inf" => Some(Self::Special(SpecialValue::NegativeInfinity)),
            number => number.parse::<f64>().ok().filter(|n| n.is_finite()).map(Self::Number),
        }
    }
}

impl From<f64> for SampleValue {
    fn from(value: f64) -> Self {
        if value.is_nan() {
            Self::Special(SpecialValue::NaN)
        } else if value == f64::INFINITY {
            Self::Special(SpecialValue::PositiveInfinity)
        } else if value == f64::NEG_INFINITY {
            Self::Special(SpecialValue::NegativeInfinity)
        } else {
            Self::Number(value)
        }
    }
}

impl<'de> Deserialize<'de> for SampleValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Number(f64),
            Special(SpecialValue),
        }
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Number(number) => Self::from(number),
            Wire::Special(special) => Self::Special(special),
        })
    }
}

impl std::fmt::Display for SampleValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Special(SpecialValue::NaN) => f.write_str("NaN"),
            Self::Special(SpecialValue::PositiveInfinity) => f.write_str("+Inf"),
            Self::Special(SpecialValue::NegativeInfinity) => f.write_str("-Inf"),
        }
    }
}

/// A point of a range series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// Unix time in seconds.
    pub t: f64,
    /// The value.
    pub v: SampleValue,
}

#[cfg(test)]
mod tests {
    use super::SampleValue;

    #[test]
    fn nan_and_infinities_survive_json() {
        for text in ["NaN", "+Inf", "-Inf"] {
            let value = SampleValue::parse(text).unwrap();
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<SampleValue>(&json).unwrap(), value);
            assert_eq!(value.number(), None);
        }
        assert_eq!(serde_json::from_str::<SampleValue>("0").unwrap(), SampleValue::Number(0.0));
        assert!(serde_json::from_str::<SampleValue>("\"zero\"").is_err());
        assert!(serde_json::from_str::<SampleValue>("null").is_err());
        assert_eq!(SampleValue::parse("1e400"), None);
    }
}
