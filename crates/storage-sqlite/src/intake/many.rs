//! Statements over many rows, every value bound.

use evenkeel_storage::StorageError;
use sqlx::{Sqlite, SqliteConnection, query::Query, sqlite::SqliteArguments};

use crate::error::failed;

/// So many rows at once. Few statements are ever prepared, whatever the number of rows.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// A statement that waits for values.
pub(super) type Unbound<'q> = Query<'q, Sqlite, SqliteArguments>;

/// One statement in each of [`SIZES`].
pub(super) struct Many {
    doing: &'static str,
    texts: [String; SIZES.len()],
}

impl Many {
    /// `before` and `after` stand around the rows, each of `columns` values.
    pub(super) fn new(doing: &'static str, before: &str, columns: usize, after: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(", "));
        let text = |size| format!("{before} {} {after}", vec![row.as_str(); size].join(", "));
        Self { doing, texts: SIZES.map(text) }
    }

    /// Runs it for all rows; how many it changed. `bind` gives a row's values, in their order.
    pub(super) async fn run<'q, T>(
        &'static self,
        connection: &mut SqliteConnection,
        mut rows: &'q [T],
        bind: impl Fn(Unbound<'q>, &'q T) -> Unbound<'q>,
    ) -> Result<u64, StorageError> {
        let mut changed = 0;
        for (size, text) in SIZES.iter().zip(&self.texts) {
            while let Some((together, rest)) = rows.split_at_checked(*size) {
                let query = together.iter().fold(sqlx::query(text.as_str()), &bind);
                let done = query.execute(&mut *connection).await.map_err(failed(self.doing))?;
                changed += done.rows_affected();
                rows = rest;
            }
        }
        Ok(changed)
    }
}
