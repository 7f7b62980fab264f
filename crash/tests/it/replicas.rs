//! Several processes of the platform on one PostgreSQL, one of which is always in trouble.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use evenkeel_crash::{
    database::Database,
    postgres::Postgres,
    server::{self, Server, Start},
    stream::{self, Watched},
    wire::{Cable, Wire},
    world::Options,
};
use evenkeel_domain::{IncidentState, id::IncidentId};
use rustix::process::Signal;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    binary,
    trouble::{PATIENCE, Trouble},
};

const REPLICAS: usize = 3;
/// Longer than a lease (1 s) and than a tool's call (3 s) in these tests.
const LAPSED: Duration = Duration::from_secs(5);
/// Incidents that somebody looks at.
const WATCHED: usize = 24;

/// `None` where PostgreSQL is not installed, after saying so.
async fn postgres() -> Option<Postgres> {
    if Postgres::is_installed() {
        return Some(Postgres::start().await.unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
    eprintln!("PostgreSQL is not installed; this test checks nothing");
    None
}

fn options(url: String, replicas: usize, workloads: usize) -> Options {
    Options {
        program: binary::with_fail_points(),
        runner: binary::runner(),
        database: Database::Postgres { url },
        workloads,
        faults: 0,
        // While a replica is silent its share of the answers is late.
        settings: BTreeMap::from([("EVENKEEL_APPROVAL_TTL".to_owned(), "40".to_owned())]),
        replicas,
    }
}

async fn ready(mut server: Server) -> Server {
    assert!(matches!(server.ready().await.unwrap(), Start::Ready(_)), "it does not start");
    server
}

/// Browsers, one on each of the first incidents.
struct Audience {
    watched: Arc<Mutex<Vec<Arc<Watched>>>>,
    stop: CancellationToken,
}

impl Audience {
    fn gather(trouble: &Trouble) -> Self {
        let (world, stop) = (Arc::clone(&trouble.world), CancellationToken::new());
        let watched = Arc::new(Mutex::new(Vec::new()));
        let (all, end) = (Arc::clone(&watched), stop.clone());
        tokio::spawn(async move {
            let mut known = BTreeSet::new();
            let mut passes = world.ledger.passes();
            while known.len() < WATCHED && passes.changed().await.is_ok() {
                for incident in world.ledger.open() {
                    if known.len() < WATCHED && known.insert(incident) {
                        let (bases, api) = (&world.bases, &world.admin);
                        let (verdict, end) = (&world.verdict, end.clone());
                        let one = stream::watch(&world.http, bases, api, verdict, incident, end);
                        all.lock().unwrap().push(one);
                    }
                }
            }
        });
        Self { watched, stop }
    }

    /// Everybody has seen everything, on every replica.
    async fn has_seen_all(self, trouble: &Trouble) {
        let watched = self.watched.lock().unwrap().clone();
        assert!(watched.len() > 5, "hardly anybody looked");
        let end = Instant::now() + PATIENCE;
        for one in &watched {
            let whole = trouble.world.ledger.of(one.incident, |state| state.seq).unwrap();
            while one.seen() < whole {
                let (incident, seen) = (one.incident, one.seen());
                assert!(Instant::now() < end, "{incident}: {seen} of {whole} records were seen");
                sleep(Duration::from_millis(50)).await;
            }
        }
        let moves: u64 = watched.iter().map(|one| one.moves()).sum();
        assert!(moves > 100, "only {moves} moves");
        println!("{} browsers, {moves} moves between replicas", watched.len());
        self.stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_i3_three_replicas_of_which_one_is_killed_paused_or_cut_off() {
    let Some(postgres) = postgres().await else { return };
    let mut cables = Vec::new();
    for _ in 0..REPLICAS {
        cables.push(Cable::lay(postgres.port()).await.unwrap());
    }
    let url = |cable: &Cable| Postgres::url_by(cable.port());
    let mut trouble = Trouble::of(&options(postgres.url(), REPLICAS, 12)).await;
    let start = async |trouble: &Trouble, n: usize, cable: &Cable| {
        ready(trouble.world.start_replica(n, &url(cable)).unwrap()).await
    };
    let mut servers = Vec::new();
    for (n, cable) in cables.iter().enumerate() {
        servers.push(start(&trouble, n, cable).await);
    }
    let audience = Audience::gather(&trouble);
    trouble.writes(2).await;
    let began = Instant::now();
    let say = |what: &str, victim: usize| {
        println!("{:>4} s: replica {victim} {what}", began.elapsed().as_secs());
    };
    for victim in 0..REPLICAS {
        say("is killed", victim);
        // Killed; the others go on, and it comes back.
        servers.remove(victim).kill().await.unwrap();
        trouble.writes(2).await;
        servers.insert(victim, start(&trouble, victim, &cables[victim]).await);

        say("is back, and stopped", victim);
        // Stopped in the middle of whatever it is at, and awake again when its leases have lapsed
        // and others have carried on.
        let pid = servers[victim].pid().unwrap();
        server::signal(pid, Signal::STOP).unwrap();
        sleep(LAPSED).await;
        trouble.writes(2).await;
        server::signal(pid, Signal::CONT).unwrap();
        trouble.writes(1).await;

        say("goes on, and is cut off silently", victim);
        // Cut off from the database without a word. What it had sent arrives late.
        cables[victim].set(Wire::Silent);
        sleep(LAPSED).await;
        trouble.writes(2).await;
        cables[victim].set(Wire::Whole);
        trouble.writes(1).await;

        say("is whole again, and is cut off with a word", victim);
        // Cut off with a word.
        cables[victim].set(Wire::Reset);
        trouble.writes(2).await;
        cables[victim].set(Wire::Whole);
        trouble.writes(1).await;
        for server in &mut servers {
            assert!(server.dies(Duration::ZERO).await.unwrap().is_none(), "one died by itself");
        }
    }
    trouble.come_to_rest().await;
    audience.has_seen_all(&trouble).await;
    println!("{} writes", trouble.world.writes.lock().unwrap().total());
    trouble.judge(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_replica_lays_down_when_it_is_asked_to_stop_another_takes_up_at_once() {
    let Some(postgres) = postgres().await else { return };
    // A lease far longer than anything here may take: who had to wait for it would be late.
    let mut options = options(postgres.url(), 2, 8);
    options.settings.insert("EVENKEEL_LEASE".to_owned(), "300".to_owned());
    let trouble = Trouble::of(&options).await;
    let one = ready(trouble.world.start_replica(0, &postgres.url()).unwrap()).await;
    trouble.writes(2).await;
    let open = trouble.world.ledger.open();
    assert!(open.len() > 3, "it has little in hand: {open:?}");
    let other = ready(trouble.world.start_replica(1, &postgres.url()).unwrap()).await;
    let ended = one.terminate(Duration::from_secs(20)).await.unwrap();
    let (took, status) = ended.expect("it does not end");
    assert!(took < Duration::from_secs(11), "{took:?}");
    assert!(status.success(), "{status}");
    let closed = |id: &IncidentId| {
        let closed = |state: &IncidentState| state.closed_at.is_some();
        trouble.world.ledger.of(*id, closed) == Some(true)
    };
    trouble.until("what it laid down", || open.iter().all(closed)).await;
    trouble.reckon(other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_counters_against_guessing_are_of_all_replicas() {
    let Some(postgres) = postgres().await else { return };
    let trouble = Trouble::of(&options(postgres.url(), REPLICAS, 0)).await;
    let world = &trouble.world;
    let mut servers = Vec::new();
    for n in 0..REPLICAS {
        servers.push(ready(world.start_replica(n, &postgres.url()).unwrap()).await);
    }
    let sign_in = async |replica: usize, email: &str, password: &str| {
        let url = format!("{}/api/ui/sign-in", world.bases.of(replica));
        let form = format!("email={}&password={password}", email.replace('@', "%40"));
        let post = world.http.post(url).header("accept", "application/json");
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        post.body(form).send().await.unwrap()
    };
    let answer = sign_in(0, "one@ours.test", "correct-horse-battery").await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    for replica in 0..REPLICAS {
        let url = format!("{}/api/v1/me", world.bases.of(replica));
        let answer = world.http.get(url).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200, "replica {replica} knows the session");
    }
    // Five guesses a minute, by whichever door: four a replica would be a dozen.
    let mut refused = None;
    for guess in 0..4 * REPLICAS {
        let answer = sign_in(guess % REPLICAS, "other@ours.test", "a-wrong-password").await;
        if answer.status() == 429 {
            refused = Some(guess);
            break;
        }
    }
    assert!(refused.is_some(), "a dozen guesses in turn, and nobody counted them together");
    let _ended = timeout(PATIENCE, async {
        for server in servers {
            server.kill().await.unwrap();
        }
    })
    .await;
    trouble.stop.cancel();
}
