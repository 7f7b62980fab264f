//! Places where a test kills this very process.
//!
//! Only the cargo feature `failpoints` compiles them in; without it [`fail_point!`](crate::fail_point)
//! is nothing at all, and no shipped binary has the feature. With it, `EVENKEEL_FAILPOINT=name:nth`
//! makes the process send itself SIGKILL the nth time it passes the place of that name: no
//! destructor runs, nothing is flushed, as if the power had failed between two instructions.
//!
//! To add one: its name in [`ALL`], and `fail_point!("name")` where it is. A name that is not in
//! the list ends the process with a message, and a test compares the list with the sources.

/// Every place, in the order in which an incident passes them. The kill harness visits each.
pub const ALL: &[&str] = &[
    // A notification comes in.
    "intake.before",
    "intake.read",
    "intake.after",
    // A worker takes an incident up, keeps it, and lays it down.
    "claim.before",
    "claim.after",
    "desk.opened",
    "renew.before",
    "renew.after",
    "park.before",
    "park.after",
    // Whatever is written to the journal, and whatever is written to the database at all.
    "append.before",
    "append.after",
    "commit.before",
    "commit.after",
    // Each step of a run, as decided and as done.
    "step.before.supervise",
    "step.after.supervise",
    "step.before.observe",
    "step.after.observe",
    "step.before.conclude_observe",
    "step.after.conclude_observe",
    "step.before.orient",
    "step.after.orient",
    "step.before.plan",
    "step.after.plan",
    "step.before.judge",
    "step.after.judge",
    "step.before.ask_approval",
    "step.after.ask_approval",
    "step.before.expire",
    "step.after.expire",
    "step.before.void",
    "step.after.void",
    "step.before.baseline",
    "step.after.baseline",
    "step.before.execute",
    "step.after.execute",
    "step.before.reconcile",
    "step.after.reconcile",
    "step.before.start_verification",
    "step.after.start_verification",
    "step.before.sample",
    "step.after.sample",
    "step.before.conclude_verification",
    "step.after.conclude_verification",
    "step.before.start_undo",
    "step.after.start_undo",
    "step.before.undo",
    "step.after.undo",
    "step.before.reconcile_undo",
    "step.after.reconcile_undo",
    "step.before.close",
    "step.after.close",
    // A person answers.
    "approval.before",
    "approval.after",
    // Inside the steps that write to a cluster, and those that look whether a write arrived.
    "act.intended",
    "act.before-write",
    "act.after-write",
    "reconcile.found",
    "undo.intended",
    "undo.before-write",
    "undo.after-write",
    "reconcile-undo.found",
];

/// A place where a test may kill this process; nothing without the feature `failpoints`. With two
/// words the second is appended to the first: `fail_point!("step.before.", step)`.
#[cfg(feature = "failpoints")]
#[macro_export]
macro_rules! fail_point {
    ($name:expr) => {
        $crate::failpoint::pass($name, "")
    };
    ($family:expr, $member:expr) => {
        $crate::failpoint::pass($family, $member)
    };
}

/// A place where a test may kill this process; nothing without the feature `failpoints`.
#[cfg(not(feature = "failpoints"))]
#[macro_export]
macro_rules! fail_point {
    ($name:expr) => {};
    ($family:expr, $member:expr) => {};
}

#[cfg(feature = "failpoints")]
pub use armed::pass;

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    };

    use rustix::process::{Signal, getpid, kill_process};

    /// Where to die, and how often to have passed there by then.
    struct Armed {
        name: String,
        nth: u64,
        passed: AtomicU64,
    }

    fn armed() -> Option<&'static Armed> {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        ARMED
            .get_or_init(|| {
                let text = std::env::var("EVENKEEL_FAILPOINT").ok()?;
                let (name, nth) = text.split_once(':').unwrap_or((&text, "1"));
                known(name);
                let nth = nth.parse().unwrap_or(1);
                Some(Armed { name: name.to_owned(), nth, passed: AtomicU64::new(0) })
            })
            .as_ref()
    }

    /// A fail point that no list names would never be visited: that is a mistake, said at once.
    fn known(name: &str) {
        if !super::ALL.contains(&name) {
            eprintln!("there is no fail point called {name}");
            std::process::exit(64);
        }
    }

    /// Passes the place called `family` followed by `member`.
    pub fn pass(family: &str, member: &str) {
        let Some(armed) = armed() else { return };
        if armed.name.strip_prefix(family) != Some(member) {
            return;
        }
        if armed.passed.fetch_add(1, Ordering::SeqCst) + 1 == armed.nth {
            // If it fails there is nobody to tell; the harness notices who does not die.
            let _killed = kill_process(getpid(), Signal::KILL);
        }
    }
}
