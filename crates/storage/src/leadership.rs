//! Who of several replicas does what only one should do at a time.

use async_trait::async_trait;

use crate::StorageError;

/// Work that one replica does for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duty(&'static str);

impl Duty {
    /// A duty of that name, the same on every replica.
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// Leadership, asked for before each round of a duty. It says who should begin a round, not that
/// nobody else can have one under way: a process may be stopped after it was answered and go on
/// after another has taken over. So a round must be harmless when two do it at once, and its
/// writes are guarded as everybody's are; leadership only saves doing it many times over.
#[async_trait]
pub trait Leadership: Send + Sync {
    /// Whether this replica leads in `duty` now; takes the lead if nobody has it. A leader keeps
    /// it for as long as it asks at least once a minute and its database connection lives.
    async fn lead(&self, duty: Duty) -> Result<bool, StorageError>;
}
