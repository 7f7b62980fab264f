//! The practice range: real alerts, real pods, a real Prometheus, and the binary as people run it.
//!
//! One range is brought up for all of it, since that is what takes time. Each case breaks the
//! shop, looks at the diagnosis, and on its way to the fix does to Evenkeel what happens to
//! servers and people: kills, drift, stops, refusals. Between cases the shop is healed.

mod api;
mod cases;
mod code;
mod expect;
mod proxy;
mod sets;
mod twist;
mod world;

use std::{panic::AssertUnwindSafe, path::Path};

use futures::FutureExt as _;

use cases::{Row, case, half_blind, rejected};
use expect::EXPECTATIONS;
use twist::Twist;
use world::World;

/// Which fault comes with which trouble. The one without a release comes first: after any other
/// there has been one lately, which is reason enough for doubt.
const TWISTS: [(&str, Twist); 8] = [
    ("load-spike", Twist::None),
    ("bad-release", Twist::NotByEverybody),
    ("missing-image", Twist::Drift),
    ("missing-configmap", Twist::KilledBeforeTheWrite),
    ("crash-at-start", Twist::KilledWhileWaiting),
    ("failing-readiness", Twist::KilledAfterTheWrite),
    ("slow-dependency", Twist::Stopped),
    ("memory-leak", Twist::KilledWhileObserving),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_found_and_mended_whatever_happens_on_the_way() {
    let programs = ["prometheus", "prometheus-alertmanager"];
    if let Some(missing) = programs.iter().find(|p| !Path::new("/usr/bin").join(p).exists()) {
        assert!(std::env::var_os("CI").is_none(), "{missing} is not installed");
        eprintln!("{missing} is not installed; this test checks nothing");
        return;
    }
    let only = std::env::var("EVENKEEL_TEST_FAULT").ok();
    let world = World::up().await;
    world.has_a_past().await;
    let (mut rows, mut failures): (Vec<Row>, Vec<String>) = (Vec::new(), Vec::new());
    for (fault, twist) in TWISTS {
        if only.as_deref().is_some_and(|only| only != fault) {
            continue;
        }
        let expect = EXPECTATIONS.iter().find(|e| e.fault == fault).unwrap();
        match AssertUnwindSafe(case(&world, expect, twist)).catch_unwind().await {
            Ok(row) => rows.push(row),
            Err(panic) => failures.push(format!("{fault} ({twist:?}): {}", said(&*panic))),
        }
        world.heal().await;
    }
    if only.as_deref().is_none_or(|only| only == "reject")
        && let Err(panic) = AssertUnwindSafe(rejected(&world)).catch_unwind().await
    {
        failures.push(format!("rejecting: {}", said(&*panic)));
    }
    if only.as_deref().is_none_or(|only| only == "sets") {
        world.heal().await;
        let mended = sets::a_bad_release_of_a_stateful_set_is_mended(&world);
        if let Err(panic) = AssertUnwindSafe(mended).catch_unwind().await {
            failures.push(format!("a StatefulSet: {}", said(&*panic)));
        }
        sets::gone(&world).await;
        world.heal().await;
    }
    if only.as_deref().is_none_or(|only| only == "code")
        && let Err(panic) =
            AssertUnwindSafe(code::a_bad_commit_is_taken_back(&world)).catch_unwind().await
    {
        failures.push(format!("in code: {}", said(&*panic)));
    }
    if only.is_none_or(|only| only == "half-blind")
        && let Err(panic) = AssertUnwindSafe(half_blind(&world)).catch_unwind().await
    {
        failures.push(format!("half blind: {}", said(&*panic)));
    }
    println!("{:18} {:>11} {:>11} {:>11}  diagnosis", "fault", "alert s", "plan s", "recovery s");
    for row in &rows {
        println!("{row}");
    }
    failures.extend(rows.into_iter().flat_map(|row| row.complaints));
    world.down();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned())).unwrap_or_default()
}
