//! People who answer plans, as people do: once, twice, with a plan's number mistyped, two at the
//! same time. Whatever they do, an approval is given once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use evenkeel_domain::id::ApprovalId;
use tokio_util::sync::CancellationToken;

use crate::{
    api::{Api, Reply},
    ledger::{Ledger, Waiting},
    verdict::{Promise, Verdict},
    workload::{Temper, Workload},
};

/// Everybody who may answer.
pub struct People {
    one: Api,
    other: Api,
    ledger: Arc<Ledger>,
    verdict: Arc<Verdict>,
    tempers: BTreeMap<String, Temper>,
    busy: Mutex<BTreeSet<ApprovalId>>,
    granted: Mutex<BTreeMap<ApprovalId, usize>>,
}

impl People {
    /// Two people with the right to approve.
    pub fn new(
        one: Api,
        other: Api,
        ledger: Arc<Ledger>,
        verdict: Arc<Verdict>,
        workloads: &[Workload],
    ) -> Self {
        let tempers = workloads.iter().map(|w| (w.name.clone(), w.temper)).collect();
        Self {
            one,
            other,
            ledger,
            verdict,
            tempers,
            busy: Mutex::default(),
            granted: Mutex::default(),
        }
    }

    /// Answers what waits, after each pass of the ledger, until `stop`.
    pub async fn answer(self: Arc<Self>, stop: CancellationToken) {
        let mut passes = self.ledger.passes();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = passes.changed() => if changed.is_err() { return },
            }
            for waiting in self.ledger.waiting() {
                let busy = &mut self.busy.lock().unwrap_or_else(PoisonError::into_inner);
                if busy.insert(waiting.approval) {
                    let people = Arc::clone(&self);
                    tokio::spawn(async move {
                        people.consider(&waiting).await;
                        let mut busy = people.busy.lock().unwrap_or_else(PoisonError::into_inner);
                        busy.remove(&waiting.approval);
                    });
                }
            }
        }
    }

    /// How many approvals were given and confirmed.
    pub fn granted(&self) -> usize {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    async fn consider(&self, waiting: &Waiting) {
        match self.tempers.get(&waiting.deployment) {
            Some(Temper::Rejected) => {
                self.one.answer(waiting.incident, &waiting.plan, "reject").await;
            }
            Some(Temper::Mends | Temper::Fails) => self.approve(waiting).await,
            _ => {}
        }
    }

    async fn approve(&self, waiting: &Waiting) {
        // The last digit of its id says in which way, so that a repeat is the same.
        match waiting.approval.to_string().bytes().last().unwrap_or_default() % 4 {
            0 => {
                let other = "0".repeat(64);
                if let Reply::Said(()) = self.one.answer(waiting.incident, &other, "approve").await
                {
                    let what = format!("approval {} was taken for another plan", waiting.approval);
                    self.verdict.found(Promise::Approval, Some(waiting.incident), what);
                }
                self.sign(&self.one, waiting).await;
            }
            1 => {
                self.sign(&self.one, waiting).await;
                self.sign(&self.one, waiting).await;
            }
            2 => {
                futures::join!(self.sign(&self.one, waiting), self.sign(&self.other, waiting));
            }
            _ => self.sign(&self.other, waiting).await,
        }
    }

    async fn sign(&self, who: &Api, waiting: &Waiting) {
        if let Reply::Said(()) = who.answer(waiting.incident, &waiting.plan, "approve").await {
            let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
            let times = granted.entry(waiting.approval).or_default();
            *times += 1;
            if *times > 1 {
                let what = format!("approval {} was given {times} times", waiting.approval);
                self.verdict.found(Promise::Approval, Some(waiting.incident), what);
            }
        }
    }
}
