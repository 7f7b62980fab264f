//! Moving an installation from one database to another, row by row: everything in one transaction
//! of the target, in bounded memory, and compared before it is committed.
//!
//! Nothing here knows which database is on which [`Side`], so each way is the other way round.
//! What is moved is the list in [`TABLES`]; a table that is not in it stops the move, and the
//! storage crates' tests, before anything is forgotten.

mod proof;
mod tables;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use evenkeel_storage::StorageError;
use serde::Serialize;

use proof::Proof;
pub use tables::{Fate, TABLES, Table, is_ours_alone, unlisted};
pub use value::{Column, Kind, Layout, Value};

/// One of the two databases: a connection of its own, inside one transaction.
#[async_trait]
pub trait Side: Send {
    /// The migrations that have been applied.
    async fn versions(&mut self) -> Result<Vec<i64>, StorageError>;
    /// The names of all tables but the database's own.
    async fn tables(&mut self) -> Result<BTreeSet<String>, StorageError>;
    /// The columns of a table, in their order.
    async fn columns(&mut self, table: &'static str) -> Result<Vec<Column>, StorageError>;
    /// How many rows a table has.
    async fn count(&mut self, table: &'static str) -> Result<u64, StorageError>;
    /// Rows in the order of the table's key, from the first or after `after` (a key).
    async fn page(
        &mut self,
        layout: &Layout,
        after: Option<Vec<Value>>,
    ) -> Result<Vec<Vec<Value>>, StorageError>;
    /// Adds rows.
    async fn insert(&mut self, layout: &Layout, rows: Vec<Vec<Value>>) -> Result<(), StorageError>;
    /// Whether its text can hold the character zero.
    fn holds_zero(&self) -> bool;
    /// Whether a server is at work on it.
    async fn in_use(&mut self) -> Result<bool, StorageError>;
    /// Ends the transaction, for good.
    async fn commit(self: Box<Self>) -> Result<(), StorageError>;
}

/// Why an installation was not moved. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// One of the databases failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A server would go on writing to what is being left.
    #[error("a server is at work on the database to be moved: stop all `serve` and `worker` first")]
    InUse,
    /// What is there would be mixed with what comes.
    #[error(
        "the target is not empty: its table `{table}` has rows; an installation moves only into an \
         empty database, on which no server has run yet"
    )]
    NotEmpty {
        /// The first table with rows.
        table: &'static str,
    },
    /// The two databases are of different versions.
    #[error(
        "the two databases have not the same schema: run `evenkeel migrate` on the old one first"
    )]
    Versions,
    /// A table that this version does not know how to move.
    #[error("nobody has said whether table `{table}` is to be moved")]
    Unlisted {
        /// Which.
        table: String,
    },
    /// A column that only one of them has.
    #[error("column `{column}` of table `{table}` is in one of the databases only")]
    Column {
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
    },
    /// Text under a hash that the target cannot hold.
    #[error(
        "table `{table}`, row {row}: `{column}` holds the character zero, which the target's text \
         cannot hold, and a hash covers it"
    )]
    Zero {
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
        /// The row's key.
        row: String,
    },
    /// What arrived is not what was sent.
    #[error("table `{table}` did not arrive as it was: {sent} rows were read, {arrived} arrived")]
    Differs {
        /// The table.
        table: &'static str,
        /// Rows read.
        sent: u64,
        /// Rows in the target.
        arrived: u64,
    },
    /// A journal or trail that was broken before it was moved.
    #[error("a chain does not hold: {what}; it is so in the old database, and nothing was moved")]
    Chain {
        /// Where.
        what: String,
    },
}

/// What was moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Rows by table.
    pub rows: BTreeMap<&'static str, u64>,
    /// Journals whose chain was walked in the target, from the first record to the last.
    pub journals: u64,
    /// Their records.
    pub records: u64,
    /// Audit trails whose chain was walked likewise.
    pub trails: u64,
    /// Their records.
    pub audit_records: u64,
    /// Words from outside in which the character zero became the sign for what cannot be shown.
    pub replaced: u64,
}

/// Moves everything from one to the other. Either all of it is there when this returns and every
/// chain holds, or nothing is.
///
/// # Errors
/// See [`TransferError`].
pub async fn transfer(
    mut from: Box<dyn Side>,
    mut to: Box<dyn Side>,
) -> Result<Moved, TransferError> {
    if from.in_use().await? {
        return Err(TransferError::InUse);
    }
    if from.versions().await? != to.versions().await? {
        return Err(TransferError::Versions);
    }
    let all: BTreeSet<_> = from.tables().await?.into_iter().chain(to.tables().await?).collect();
    if let Some(table) = unlisted(&all) {
        return Err(TransferError::Unlisted { table });
    }
    for table in TABLES {
        if to.count(table.name).await? > 0 {
            return Err(TransferError::NotEmpty { table: table.name });
        }
    }
    let mut moved = Moved::default();
    for table in TABLES.iter().filter(|table| table.fate == Fate::Moves) {
        move_table(&mut *from, &mut *to, table, &mut moved).await?;
    }
    // Who began to write meanwhile wrote to the old one alone.
    if from.in_use().await? {
        return Err(TransferError::InUse);
    }
    to.commit().await?;
    Ok(moved)
}

async fn move_table(
    from: &mut dyn Side,
    to: &mut dyn Side,
    table: &'static Table,
    moved: &mut Moved,
) -> Result<(), TransferError> {
    let (old, new) = layouts(from, to, table).await?;
    let (zero, expected) = (to.holds_zero(), from.count(table.name).await?);
    let (mut sent, mut after) = (Proof::of(&new), None);
    loop {
        let mut page = from.page(&old, after.take()).await?;
        let Some(last) = page.last() else { break };
        after = Some(old.key_of(last));
        for row in &mut page {
            moved.replaced += new.adapt(row, zero)?;
            sent.add(row);
        }
        to.insert(&new, page).await?;
    }
    // Read again as it now stands in the target, before it is committed.
    let (mut arrived, mut after) = (Proof::walking(&new), None);
    loop {
        let page = to.page(&new, after.take()).await?;
        let Some(last) = page.last() else { break };
        after = Some(new.key_of(last));
        for row in &page {
            arrived.add(row);
            arrived.walk(row)?;
        }
    }
    let differs =
        TransferError::Differs { table: table.name, sent: expected, arrived: arrived.rows };
    if sent.rows != expected || !sent.same(&arrived) {
        return Err(differs);
    }
    moved.rows.insert(table.name, expected);
    arrived.tell(moved);
    Ok(())
}

/// The columns that both have, in one order, as each of them keeps them.
async fn layouts(
    from: &mut dyn Side,
    to: &mut dyn Side,
    table: &'static Table,
) -> Result<(Layout, Layout), TransferError> {
    let kept = |all: Vec<Column>| -> Vec<Column> {
        all.into_iter().filter(|column| !is_ours_alone(table.name, &column.name)).collect()
    };
    let (mut old, mut new) =
        (kept(from.columns(table.name).await?), kept(to.columns(table.name).await?));
    old.sort_by(|a, b| a.name.cmp(&b.name));
    new.sort_by(|a, b| a.name.cmp(&b.name));
    let missing = |here: &[Column], there: &[Column]| {
        here.iter().find(|c| !there.iter().any(|o| o.name == c.name)).map(|c| c.name.clone())
    };
    if let Some(column) = missing(&old, &new).or_else(|| missing(&new, &old)) {
        return Err(TransferError::Column { table: table.name, column });
    }
    Ok((Layout { table, columns: old }, Layout { table, columns: new }))
}
