//! `evenkeel migrate`: brings the database to this version's schema, or moves an installation to
//! another database.

use anyhow::Context;
use serde_json::json;

use super::print;
use crate::{config::Config, wiring};

/// What `migrate` takes.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Without options the database that DATABASE_URL names is brought to this version's schema.

With --from and --to a whole installation is moved: organisations, people, API tokens, clusters
with their sealed credentials, incidents with journals and evidence, jobs, notifications, alerts
and the audit trail. Sessions are not (people sign in again). Everything is one transaction of the
target: it is there as a whole, or not at all. What arrived is compared with what was sent, and
every journal's and trail's hash chain is walked in the target, before it is committed.

Stop all `serve` and `worker` processes first: a source in use is refused, and so is a target that
is not empty. The source is only read. Start them again with the new DATABASE_URL and the same
EVENKEEL_SECRET_KEY. See docs/postgres.md.")]
pub struct Args {
    /// Move the installation in this database (sqlite://… or postgres://…) …
    #[arg(long, value_name = "URL", requires = "to")]
    from: Option<String>,
    /// … to this one, which must be empty.
    #[arg(long, value_name = "URL", requires = "from")]
    to: Option<String>,
}

/// Opens and migrates, or moves.
pub async fn run(args: Args, json: bool) -> anyhow::Result<()> {
    if let (Some(from), Some(to)) = (args.from, args.to) {
        let moved = wiring::move_installation(&from, &to)
            .await
            .context("the installation was not moved, and nothing was changed")?;
        print(json, &moved, |moved| {
            let rows: Vec<_> =
                moved.rows.iter().map(|(table, rows)| format!("  {rows} {table}")).collect();
            format!(
                "Moved:\n{}\n{} journals with {} records and {} audit trails with {} records: \
                 every hash chain holds.\nNow set DATABASE_URL and start.",
                rows.join("\n"),
                moved.journals,
                moved.records,
                moved.trails,
                moved.audit_records
            )
        });
        return Ok(());
    }
    let config = Config::from_env()?;
    wiring::open_store(&config).await?;
    print(json, &json!({ "migrated": true }), |_| "The database is up to date.".into());
    Ok(())
}
