//! What an installation consists of.

use std::collections::BTreeSet;

/// Whether a table's rows go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are the installation.
    Moves,
    /// They are not missed. It must be empty in the target all the same.
    Stays,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns by which a row is known, and in whose order rows are read. Of the primary key,
    /// or of another unique index that both databases have; none of them is ever NULL.
    pub key: &'static [&'static str],
    /// Rows read at once: bounds what is in memory.
    pub page: u32,
    /// Columns whose text a hash covers, so that not a character of it may change.
    pub hashed: &'static [&'static str],
    /// Columns that are emptied on the way.
    pub emptied: &'static [&'static str],
    /// Whether it is moved.
    pub fate: Fate,
}

/// Rows of a kilobyte or so.
const SMALL: u32 = 500;
/// Rows that may be as large as a tool's answer or a notification.
const LARGE: u32 = 16;

const fn moves(name: &'static str, key: &'static [&'static str], page: u32) -> Table {
    Table { name, key, page, hashed: &[], emptied: &[], fate: Fate::Moves }
}

const fn stays(name: &'static str) -> Table {
    Table { name, key: &[], page: SMALL, hashed: &[], emptied: &[], fate: Fate::Stays }
}

/// Every table, those that others refer to first. To add one: a line here; the tests of the
/// storage crates fail until there is.
pub const TABLES: &[Table] = &[
    moves("organisations", &["id"], SMALL),
    moves("users", &["id"], SMALL),
    moves("tokens", &["id"], SMALL),
    moves("clusters", &["id"], SMALL),
    moves("connections", &["id"], SMALL),
    moves("connection_tools", &["organisation", "source", "tool"], LARGE),
    moves("incidents", &["id"], SMALL),
    Table {
        hashed: &["event", "hash", "incident"],
        ..moves("journal", &["incident", "seq"], SMALL)
    },
    moves("evidence_texts", &["incident", "evidence"], LARGE),
    // Nobody carries anything while it is moved. The fence only grows, so it goes along.
    Table { emptied: &["lease_owner", "lease_until"], ..moves("jobs", &["incident"], SMALL) },
    moves("notifications", &["id"], LARGE),
    moves("alerts", &["cluster", "group_key", "fingerprint", "starts_at"], SMALL),
    moves("alert_groups", &["cluster", "group_key"], SMALL),
    Table {
        hashed: &["id", "actor", "action", "subject", "detail", "prev_hash", "hash"],
        ..moves("audit", &["organisation", "seq"], SMALL)
    },
    Table {
        hashed: &["hash", "signer", "signature"],
        ..moves("audit_checkpoints", &["organisation", "number"], SMALL)
    },
    moves("journal_anchors", &["incident"], SMALL),
    // People sign in again; counters against guessing begin anew; Alertmanagers and tools are asked again,
    // and everything is verified again.
    stays("sessions"),
    stays("attempts"),
    stays("alert_checks"),
    stays("connection_health"),
    stays("audit_verifications"),
];

/// Columns that one database needs for itself and fills by itself.
const OURS_ALONE: &[(&str, &str)] = &[
    // PostgreSQL: which transaction wrote a record, for replicas that look for what they missed.
    ("journal", "transaction"),
];

/// Whether a column is a database's own business.
pub fn is_ours_alone(table: &str, column: &str) -> bool {
    OURS_ALONE.contains(&(table, column))
}

/// A table of a schema that is not in the list.
pub fn unlisted(schema: &BTreeSet<String>) -> Option<String> {
    schema.iter().find(|name| !TABLES.iter().any(|table| table.name == *name)).cloned()
}
