//! Trouble that is no kill: each ends with the same reckoning.

use std::{
    collections::BTreeMap,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use evenkeel_crash::{
    database::Database,
    postgres::Postgres,
    run,
    server::{self, Server, Start},
    verdict::Promise,
    world::{Lives, Options, World},
};
use rustix::process::Signal;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::binary;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A world with a platform that runs.
struct Trouble {
    world: Arc<World>,
    lives: Option<Lives>,
    rest: CancellationToken,
    stop: CancellationToken,
}

impl Trouble {
    async fn begin(workloads: usize, faults: u32) -> (Self, Server) {
        Self::begin_with(workloads, faults, BTreeMap::new()).await
    }

    async fn begin_with(
        workloads: usize,
        faults: u32,
        settings: BTreeMap<String, String>,
    ) -> (Self, Server) {
        let options = Options {
            program: binary::with_fail_points(),
            runner: binary::runner(),
            database: Database::Sqlite,
            workloads,
            faults,
            settings,
        };
        let world = Arc::new(World::up(&options).await.unwrap());
        let (rest, stop) = (CancellationToken::new(), CancellationToken::new());
        let lives = Some(world.live(&rest, &stop));
        let this = Self { world, lives, rest, stop };
        let server = this.start().await;
        (this, server)
    }

    async fn start(&self) -> Server {
        let mut server = self.world.start(None).unwrap();
        assert!(matches!(server.ready().await.unwrap(), Start::Ready(_)), "it does not start");
        server
    }

    /// Waits until so many writes were accepted since now.
    async fn writes(&self, more: usize) {
        let now = || self.world.writes.lock().unwrap().total();
        let before = now();
        self.until("writes", || now() >= before + more).await;
    }

    async fn until(&self, what: &str, done: impl Fn() -> bool) {
        let waiting = async {
            let mut passes = self.world.ledger.passes();
            while !done() {
                passes.changed().await.unwrap();
            }
        };
        assert!(timeout(PATIENCE, waiting).await.is_ok(), "waited in vain for {what}");
    }

    /// Everything comes to its end, and all promises were kept.
    async fn reckon(mut self, server: Server) {
        self.rest.cancel();
        run::reckon(&self.world, self.lives.take().unwrap()).await.unwrap();
        self.stop.cancel();
        server.kill().await.unwrap();
        for panic in server::panics(&self.world.program.log()).unwrap() {
            self.world.verdict.found(Promise::Conduct, None, panic);
        }
        let broken = self.world.verdict.all();
        if !broken.is_empty() {
            let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("injections");
            self.world.save(&out).unwrap();
            panic!("what shows why is in {}: {broken:#?}", out.display());
        }
        assert!(self.world.writes.lock().unwrap().total() > 0, "nothing was tried");
    }

    fn database(&self) -> PathBuf {
        self.world.dir.path().join("evenkeel.db")
    }
}

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
    for _ in 0..3 {
        trouble.writes(1).await;
        let filler = place.path().join("filler");
        fill(&filler);
        assert!(std::fs::metadata(&filler).unwrap().size() > 0);
        sleep(Duration::from_secs(6)).await;
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
    assert!(lost, "the loss was not noticed");
}
