//! A hundred kills: on SQLite at every fail point, on PostgreSQL at those around the store, and on
//! both at random moments.

use std::{collections::BTreeMap, path::Path};

use evenkeel_crash::{
    database::Database,
    postgres::Postgres,
    run::{self, Plan},
    schedule,
    world::Options,
};

use super::binary;

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_i3_whatever_kills_it_nothing_is_lost_and_nothing_done_twice() {
    killed(Database::Sqlite, schedule::ALL, 1, 80).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_i3_hold_on_postgres_too() {
    if !Postgres::is_installed() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        eprintln!("PostgreSQL is not installed; this test checks nothing");
        return;
    }
    let postgres = Postgres::start().await.unwrap();
    killed(Database::Postgres { url: postgres.url() }, schedule::BUSY, 1, 26).await;
}

async fn killed(database: Database, families: &'static [&'static str], rounds: u32, kills: usize) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
    let plan = Plan {
        world: Options {
            program: binary::with_fail_points(),
            runner: binary::runner(),
            database,
            workloads: 16,
            faults: 0,
            settings: BTreeMap::new(),
            replicas: 1,
        },
        families,
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
