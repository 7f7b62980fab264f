//! Columns to values and back. What does not fit is reported by table, column and row.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use evenkeel_domain::Timestamp;
use evenkeel_storage::StorageError;
use serde::{Serialize, de::DeserializeOwned};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A row being read.
pub struct Row<'a> {
    table: &'static str,
    key: &'a dyn Display,
}

impl<'a> Row<'a> {
    /// Names it for the report.
    pub fn of(table: &'static str, key: &'a dyn Display) -> Self {
        Self { table, key }
    }

    /// It holds nonsense in `column`.
    pub fn nonsense(&self, column: &'static str, source: impl Into<Cause>) -> StorageError {
        StorageError::Nonsense {
            table: self.table,
            column,
            row: self.key.to_string(),
            source: source.into(),
        }
    }

    /// An id or a word of an enum.
    pub fn word<T>(&self, column: &'static str, text: &str) -> Result<T, StorageError>
    where
        T: FromStr<Err: Into<Cause>>,
    {
        text.parse().map_err(|why: T::Err| self.nonsense(column, why))
    }

    /// As [`Row::word`], where there may be none.
    pub fn word_or_none<T>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StorageError>
    where
        T: FromStr<Err: Into<Cause>>,
    {
        text.map(|text| self.word(column, text)).transpose()
    }

    /// A moment.
    pub fn time(&self, column: &'static str, micros: i64) -> Result<Timestamp, StorageError> {
        Timestamp::from_microsecond(micros).map_err(|why| self.nonsense(column, why))
    }

    /// A moment, where there may be none.
    pub fn time_or_none(
        &self,
        column: &'static str,
        micros: Option<i64>,
    ) -> Result<Option<Timestamp>, StorageError> {
        micros.map(|micros| self.time(column, micros)).transpose()
    }

    /// A number that cannot be negative.
    pub fn count(&self, column: &'static str, number: i64) -> Result<u64, StorageError> {
        u64::try_from(number).map_err(|why| self.nonsense(column, why))
    }

    /// JSON.
    pub fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StorageError> {
        serde_json::from_str(text).map_err(|why| self.nonsense(column, why))
    }
}

/// A value as JSON to be kept.
pub fn to_json(doing: &'static str, value: &impl Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value)
        .map_err(|source| StorageError::Database { doing, source: source.into() })
}

/// A moment to be kept.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A position or a count to be kept; what is larger than any the database can hold is the largest.
pub fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Words from outside, for a database whose text cannot hold the character zero: it becomes the
/// sign for what could not be shown, rather than a reason to refuse an alert.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn only_the_character_zero_is_replaced() {
        assert_eq!(text("a\0b\0"), "a\u{fffd}b\u{fffd}");
        assert_eq!(text("ü 🦀 \n"), "ü 🦀 \n");
    }
}
