//! Trouble that is no kill: each ends with the same reckoning.

use std::{
    collections::BTreeMap, os::unix::fs::MetadataExt as _, path::Path, process::Command,
    sync::atomic::Ordering, time::Duration,
};

use evenkeel_crash::{postgres::Postgres, server, verdict::Promise};
use rustix::process::Signal;
use tokio::time::{sleep, timeout};

use super::trouble::{PATIENCE, Trouble};

/// Children of a process.
fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let mut all: Vec<u32> = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let list = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        all.extend(list.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    if all.is_empty() {
        all.extend(
            list.unwrap_or_default().split_whitespace().filter_map(|p| p.parse::<u32>().ok()),
        );
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_an_api_server_that_refuses_fails_and_hangs_after_applying() {
    let (trouble, server) = Trouble::begin(8, 60).await;
    let proxy = trouble.world.proxy.as_ref().unwrap();
    let met = || proxy.met().len();
    let waiting = async {
        while met() < 6 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "only met {:?}", proxy.met());
    println!("{:?}", proxy.met());
    trouble.reckon(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_tool_servers_that_are_killed_and_hang() {
    let (trouble, server) = Trouble::begin(6, 0).await;
    let pid = server.pid().unwrap();
    let (mut killed, mut hung) = (0, 0);
    for round in 0..30 {
        for child in children(pid) {
            // One that is gone by now is as good.
            if round % 3 == 2 {
                let paused = server::signal(child, Signal::STOP).is_ok();
                sleep(Duration::from_millis(700)).await;
                hung += usize::from(paused && server::signal(child, Signal::CONT).is_ok());
            } else {
                killed += usize::from(server::signal(child, Signal::KILL).is_ok());
            }
        }
        sleep(Duration::from_millis(400)).await;
    }
    assert!(killed > 5 && hung > 2, "{killed} killed, {hung} hung");
    trouble.reckon(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_tool_servers_that_flood_and_hang_up_half() {
    let (trouble, server) = Trouble::begin(6, 0).await;
    let pid = server.pid().unwrap();
    let (mut flooding, mut deaf) = (0, 0);
    for round in 0..30 {
        for child in children(pid) {
            // Served by the binary with fail points: one writes without end, the other closes its
            // standard output and lives on.
            let (signal, count) = if round % 2 == 0 {
                (Signal::USR1, &mut deaf)
            } else {
                (Signal::USR2, &mut flooding)
            };
            *count += usize::from(server::signal(child, signal).is_ok());
        }
        sleep(Duration::from_millis(400)).await;
    }
    assert!(flooding > 3 && deaf > 3, "{flooding} flooded, {deaf} hung up");
    // Left in peace they are replaced by ones that work.
    trouble.writes(2).await;
    trouble.reckon(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_clock_that_is_set_an_hour_forward_and_back_stalls_nothing() {
    let place = tempfile::tempdir().unwrap();
    let clock = place.path().join("offset");
    let settings = BTreeMap::from([("EVENKEEL_CLOCK_OFFSET".into(), clock.display().to_string())]);
    let set = |seconds: i64| {
        // As a whole, or half a number would be read.
        std::fs::write(clock.with_extension("new"), seconds.to_string()).unwrap();
        std::fs::rename(clock.with_extension("new"), &clock).unwrap();
    };
    let (trouble, mut server) = Trouble::begin_with(6, 0, settings).await;
    for seconds in [3_600, 0, -3_600, 3_600, -3_600, 0] {
        trouble.writes(1).await;
        set(seconds);
        trouble.writes(1).await;
    }
    // Dead when the clock is set back, so that its leases lie an hour ahead of its successor.
    set(3_600);
    trouble.writes(2).await;
    server.kill().await.unwrap();
    set(0);
    server = trouble.start().await;
    trouble.writes(1).await;
    trouble.reckon(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_asked_to_stop_ends_within_ten_seconds_and_loses_nothing() {
    let (trouble, mut server) = Trouble::begin(6, 0).await;
    for round in 0..4 {
        trouble.writes(1).await;
        let ended = server.terminate(Duration::from_secs(20)).await.unwrap();
        let (took, status) = ended.expect("it does not end");
        assert!(took < Duration::from_secs(11), "round {round}: {took:?}");
        assert!(status.success(), "round {round}: {status}");
        server = trouble.start().await;
    }
    trouble.reckon(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_process_holds_for_a_while() {
    let (trouble, server) = Trouble::begin(6, 0).await;
    for _ in 0..3 {
        trouble.writes(1).await;
        // Longer than a write waits for its turn.
        let held = Command::new("python3")
            .args(["-c", HOLD, trouble.database().to_str().unwrap(), "7"])
            .status();
        match held {
            Ok(status) => assert!(status.success(), "{status}"),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "python3: {error}");
                eprintln!("python3 cannot be run ({error}); this test checks nothing");
                break;
            }
        }
    }
    trouble.reckon(server).await;
}

/// Takes SQLite's write lock and keeps it.
const HOLD: &str = "import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
c.execute('BEGIN IMMEDIATE')
time.sleep(float(sys.argv[2]))
c.execute('ROLLBACK')";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_for_half_a_minute() {
    if !Postgres::is_installed() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        eprintln!("PostgreSQL is not installed; this test checks nothing");
        return;
    }
    let mut postgres = Postgres::start().await.unwrap();
    let settings = BTreeMap::from([("DATABASE_URL".to_owned(), postgres.url())]);
    let (trouble, server) = Trouble::begin_with(6, 0, settings).await;
    trouble.writes(2).await;
    postgres.down().unwrap();
    sleep(Duration::from_secs(30)).await;
    postgres.up().await.unwrap();
    trouble.writes(2).await;
    trouble.reckon(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full() {
    let place = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
        .arg(place.path())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("a small file system cannot be mounted here; this test checks nothing");
        return;
    }
    let url = format!("sqlite://{}", place.path().join("evenkeel.db").display());
    let settings = BTreeMap::from([("DATABASE_URL".to_owned(), url)]);
    let (trouble, server) = Trouble::begin_with(6, 0, settings).await;
    for round in ["first", "second", "third"] {
        trouble.writes(1).await;
        // Never used before, so that its first use would be noted.
        let reader = trouble.world.another_token(round).await.unwrap();
        let filler = place.path().join("filler");
        fill(&filler);
        assert!(std::fs::metadata(&filler).unwrap().size() > 0);
        sleep(Duration::from_secs(6)).await;
        assert!(reader.incidents(None).await.said().is_some(), "nobody can look");
        std::fs::remove_file(&filler).unwrap();
    }
    trouble.reckon(server).await;
    let unmounted = Command::new("umount").arg("-l").arg(place.path()).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
}

/// Writes until there is no room for another byte.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).unwrap();
    for size in [1 << 20, 1 << 12, 1 << 6, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_an_older_copy_of_the_database_writes_nothing_twice() {
    let (trouble, server) = Trouble::begin(6, 0).await;
    trouble.writes(2).await;
    server.kill().await.unwrap();
    let copies = trouble.world.dir.path().join("copy");
    std::fs::create_dir(&copies).unwrap();
    let copy = |from: &Path, to: &Path| {
        for name in ["evenkeel.db", "evenkeel.db-wal", "evenkeel.db-shm"] {
            // A log that does not exist is empty.
            let _none = std::fs::remove_file(to.join(name));
            if from.join(name).exists() {
                std::fs::copy(from.join(name), to.join(name)).unwrap();
            }
        }
    };
    copy(trouble.world.dir.path(), &copies);
    let server = trouble.start().await;
    trouble.writes(6).await;
    // Until it has been noted twice how far the database has come, so that the later note is of
    // what came after the copy.
    let note = trouble.world.dir.path().join("evenkeel.db.high-water");
    let mut noted = std::collections::BTreeSet::new();
    trouble
        .until("a note of how far it has come", || {
            noted.insert(std::fs::read(&note).unwrap_or_default());
            noted.len() > 2
        })
        .await;
    server.kill().await.unwrap();
    copy(&copies, trouble.world.dir.path());

    // What came after the copy is lost, and the reader who remembers says so; that is the
    // operator's doing. What must not happen is a write that was made and is made again.
    let server = trouble.start().await;
    let passes = trouble.world.starts.load(Ordering::SeqCst);
    assert!(passes >= 3);
    sleep(Duration::from_secs(20)).await;
    trouble.stop.cancel();
    server.kill().await.unwrap();
    let doubled: Vec<_> = trouble
        .world
        .verdict
        .all()
        .into_iter()
        .filter(|(_, violation)| violation.promise == Promise::Doubled)
        .collect();
    assert!(doubled.is_empty(), "{doubled:#?}");
    let lost = trouble.world.verdict.all().iter().any(|(_, v)| v.promise == Promise::Lost);
    assert!(lost, "the reader did not notice the loss");
    let log = std::fs::read_to_string(trouble.world.program.log()).unwrap();
    assert!(log.contains("older copy of itself"), "the platform did not say what it lost");
}
