//! A worker's life over the doubles: each death begins a new desk with a new lease.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use evenkeel_domain::{IncidentState, Timestamp, id::IncidentId, plan::Plan};
use evenkeel_engine::{
    Desk, Settings,
    clock::{Clock, Entropy},
    journal::{Journal, Wake, WorkerId},
    ports::Ports,
    runner::{Runner, StepObserver},
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{cluster::Cluster, memory::Memory, plans};

/// More wakes and deaths than any run has.
const LIVES: usize = 500;

/// The runtime's paused clock as wall clock; from the question with that number on it is set
/// forward or back by so many seconds.
pub struct TestClock {
    began: Instant,
    jump: (u64, i64),
    asked: AtomicU64,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let jump = if asked >= self.jump.0 { self.jump.1 } else { 0 };
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        Timestamp::from_millisecond(1_800_000_000_000 + passed + jump * 1_000).unwrap()
    }
}

pub struct Counter(AtomicU64);

impl Entropy for Counter {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1_000
    }
}

pub struct Deaf;

impl StepObserver for Deaf {
    fn step(&self, _step: &'static str, _took: Duration, _failed: bool) {}
}

pub struct Driven {
    pub journal: Arc<Memory>,
    pub cluster: &'static Cluster,
    clock: Arc<TestClock>,
    entropy: Arc<Counter>,
}

impl Driven {
    pub fn new(cluster: Cluster) -> Self {
        Self::with_jump(cluster, 0, 0)
    }

    /// With a clock that jumps by so many seconds at that question.
    pub fn with_jump(cluster: Cluster, question: u64, by: i64) -> Self {
        Self {
            journal: Arc::new(Memory::new(plans::opened())),
            // Ports own what they are given; a test's cluster lives as long as its process.
            cluster: Box::leak(Box::new(cluster)),
            clock: Arc::new(TestClock {
                began: Instant::now(),
                jump: (question, by),
                asked: AtomicU64::new(0),
            }),
            entropy: Arc::new(Counter(AtomicU64::new(0))),
        }
    }

    pub fn runner(&self) -> Runner {
        let cluster = self.cluster;
        let ports = Ports {
            investigator: Box::new(cluster),
            reflector: Box::new(cluster),
            planner: Box::new(cluster),
            gate: Box::new(cluster),
            executor: Box::new(cluster),
            verifier: Box::new(cluster),
        };
        Runner::new(ports, Settings::default(), Arc::new(Deaf))
    }

    /// A desk under a new lease, as after a restart.
    pub async fn desk(&self, cancel: CancellationToken) -> Desk {
        let worker = WorkerId("test".into());
        let lease = self.journal.claim(&worker, self.clock.now(), Duration::from_secs(15)).await;
        let lease = lease.unwrap().unwrap();
        Desk::open(
            self.journal.clone(),
            self.clock.clone(),
            self.entropy.clone(),
            lease.incident,
            Some(lease),
            cancel,
        )
        .await
        .unwrap()
    }

    /// Runs to the end of the incident, or to where it waits for people.
    pub async fn to_the_end(&self) -> IncidentState {
        let runner = self.runner();
        for _ in 0..LIVES {
            let desk = self.desk(CancellationToken::new()).await;
            match runner.run(&desk).await {
                Ok((Wake::Never | Wake::OnAppend, _)) => return desk.state().await,
                // Each wake-up is at most a reading's period away, whatever the clock says.
                Ok((Wake::At(_), _)) => sleep(Duration::from_secs(1)).await,
                Err(_died) => {}
            }
        }
        panic!("it came to no end: {:?}", self.names());
    }

    /// How often the time was asked.
    pub fn asked_the_time(&self) -> u64 {
        self.clock.asked.load(Ordering::SeqCst)
    }

    pub fn incident(&self) -> IncidentId {
        *self.journal.incidents().first().unwrap()
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.journal.journal(self.incident()).iter().map(|entry| entry.event.name()).collect()
    }
}

pub fn over(plan: &Plan) -> Cluster {
    Cluster::new(plan)
}
