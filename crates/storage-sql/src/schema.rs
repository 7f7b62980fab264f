//! Which migrations a database has seen.

use evenkeel_storage::schema::Schema;
use sqlx::migrate::Migrator;

/// Compares the migrations that were applied, by version, with this version's.
pub fn compare(ours: &Migrator, applied: &[i64]) -> Schema {
    if applied.is_empty() {
        return Schema::Absent;
    }
    if applied.iter().any(|version| !ours.version_exists(*version)) {
        return Schema::Unknown;
    }
    match ours.iter().filter(|migration| !applied.contains(&migration.version)).count() {
        0 => Schema::Current,
        by => Schema::Behind { by },
    }
}
