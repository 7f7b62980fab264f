//! A world with a platform that runs and has trouble.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use evenkeel_crash::{
    database::Database,
    run,
    server::{self, Server, Start},
    verdict::Promise,
    world::{Lives, Options, World},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::binary;

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// A world with a platform that runs.
pub struct Trouble {
    pub world: Arc<World>,
    lives: Option<Lives>,
    rest: CancellationToken,
    pub stop: CancellationToken,
}

impl Trouble {
    pub async fn begin(workloads: usize, faults: u32) -> (Self, Server) {
        Self::begin_with(workloads, faults, BTreeMap::new()).await
    }

    pub async fn begin_with(
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
            replicas: 1,
        };
        let this = Self::of(&options).await;
        let server = this.start().await;
        (this, server)
    }

    /// With nobody running yet.
    pub async fn of(options: &Options) -> Self {
        let world = Arc::new(World::up(options).await.unwrap());
        let (rest, stop) = (CancellationToken::new(), CancellationToken::new());
        let lives = Some(world.live(&rest, &stop));
        Self { world, lives, rest, stop }
    }

    pub async fn start(&self) -> Server {
        let mut server = self.world.start(None).unwrap();
        assert!(matches!(server.ready().await.unwrap(), Start::Ready(_)), "it does not start");
        server
    }

    /// Waits until so many writes were accepted since now.
    pub async fn writes(&self, more: usize) {
        let now = || self.world.writes.lock().unwrap().total();
        let before = now();
        self.until("writes", || now() >= before + more).await;
    }

    pub async fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let waiting = async {
            let mut passes = self.world.ledger.passes();
            while !done() {
                passes.changed().await.unwrap();
            }
        };
        assert!(timeout(PATIENCE, waiting).await.is_ok(), "waited in vain for {what}");
    }

    /// Everything comes to its end, and all promises were kept.
    pub async fn reckon(mut self, server: Server) {
        self.come_to_rest().await;
        self.judge(vec![server]).await;
    }

    /// Everything comes to its end.
    pub async fn come_to_rest(&mut self) {
        self.rest.cancel();
        run::reckon(&self.world, self.lives.take().unwrap()).await.unwrap();
    }

    /// All promises were kept.
    pub async fn judge(self, servers: Vec<Server>) {
        self.stop.cancel();
        for server in servers {
            server.kill().await.unwrap();
        }
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

    pub fn database(&self) -> PathBuf {
        self.world.dir.path().join("evenkeel.db")
    }
}
