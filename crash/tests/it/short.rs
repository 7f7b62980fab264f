//! Sixty kills and more: every fail point once, and some at random.

use std::{collections::BTreeMap, path::Path};

use evenkeel_crash::{
    database::Database,
    run::{self, Plan},
    world::Options,
};

use super::binary;

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_i3_whatever_kills_it_nothing_is_lost_and_nothing_done_twice() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
    let plan = Plan {
        world: Options {
            program: binary::with_fail_points(),
            runner: binary::runner(),
            database: Database::Sqlite,
            workloads: 16,
            faults: 0,
            settings: BTreeMap::new(),
        },
        rounds: 1,
        kills: 80,
        seed: 1,
        out: out.clone(),
    };
    let report = run::run(&plan).await.unwrap();
    println!("{report}");
    assert!(report.kept(), "what shows why is in {}:\n{report}", out.display());
    assert!(report.kills() >= 60, "{report}");
    assert!(report.writes() > 0, "nothing was written, so nothing was tried: {report}");
}
