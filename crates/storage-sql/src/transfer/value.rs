//! Rows on their way.

use super::{Table, TransferError};

/// How a database keeps a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// Yes or no.
    Boolean,
    /// Bytes.
    Bytes,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// How it is kept.
    pub kind: Kind,
}

/// A table as one database keeps it.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Which.
    pub table: &'static Table,
    /// Its columns, in the order of a row's values.
    pub columns: Vec<Column>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// None.
    Null,
    /// Text.
    Text(String),
    /// A number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Layout {
    /// Names for a statement: `"a", "b"`.
    pub fn names(&self) -> String {
        list(self.columns.iter().map(|column| column.name.as_str()))
    }

    /// The key's names likewise.
    pub fn key_names(&self) -> String {
        list(self.table.key.iter().copied())
    }

    /// Where a column is in a row.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The key of a row.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let places = self.table.key.iter().filter_map(|name| self.position(name));
        places.filter_map(|place| row.get(place).cloned()).collect()
    }

    /// Makes a row one of this database; how many words had to be changed for it.
    pub(super) fn adapt(&self, row: &mut [Value], holds_zero: bool) -> Result<u64, TransferError> {
        let mut replaced = 0;
        let key = self.key_of(row);
        for (column, value) in self.columns.iter().zip(row) {
            if self.table.emptied.contains(&column.name.as_str()) {
                *value = Value::Null;
            }
            match (&*value, column.kind) {
                (Value::Integer(number), Kind::Boolean) => *value = Value::Boolean(*number != 0),
                (Value::Boolean(yes), Kind::Integer) => *value = Value::Integer(i64::from(*yes)),
                (Value::Text(text), Kind::Text) if !holds_zero && text.contains('\0') => {
                    if self.table.hashed.contains(&column.name.as_str()) {
                        let (table, column) = (self.table.name, column.name.clone());
                        let row = format!("{key:?}");
                        return Err(TransferError::Zero { table, column, row });
                    }
                    // As the store itself does with what comes in.
                    *value = Value::Text(text.replace('\0', "\u{fffd}"));
                    replaced += 1;
                }
                _ => {}
            }
        }
        Ok(replaced)
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
