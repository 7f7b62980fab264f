//! Sixty kills and more: every fail point once, and some at random.

use std::{collections::BTreeMap, path::Path};

use evenkeel_crash::{
    database::Database,
    postgres::Postgres,
    run::{self, Plan},
    world::Options,
};

use super::binary;

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_i3_whatever_kills_it_nothing_is_lost_and_nothing_done_twice() {
    killed(Database::Sqlite, 1, 80).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_i3_hold_on_postgres_too() {
    if !Postgres::is_installed() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        eprintln!("PostgreSQL is not installed; this test checks nothing");
        return;
    }
    let postgres = Postgres::start().await.unwrap();
    killed(Database::Postgres { url: postgres.url() }, 0, 30).await;
}

async fn killed(database: Database, rounds: u32, kills: usize) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
    let plan = Plan {
        world: Options {
            program: binary::with_fail_points(),
            runner: binary::runner(),
            database,
            workloads: 16,
            faults: 0,
            settings: BTreeMap::new(),
        },
        rounds,
        kills,
        seed: 1,
        out: out.clone(),
    };
    let report = run::run(&plan).await.unwrap();
    println!("{report}");
    assert!(report.kept(), "what shows why is in {}:\n{report}", out.display());
    assert!(report.kills() >= kills, "{report}");
    assert!(report.writes() > 0, "nothing was written, so nothing was tried: {report}");
}
