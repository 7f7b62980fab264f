//! An older copy of the database, noticed.
//!
//! Somebody puts a backup back: what happened since is not in it, but is done in the clusters.
//! Nothing is done twice because of it (what is written is stamped, and looked for), yet nobody
//! would be told that there are alerts and approvals which this installation no longer knows. So
//! how far it has come is kept in a small file beside the database, and compared at each start.
//! It is written every few seconds and without ceremony: a lost one only fails to notice.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use evenkeel_domain::Timestamp;
use evenkeel_engine::clock::Clock;
use evenkeel_storage::{Extent, Store};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use tracing::{error, warn};

/// Between two notes of how far it has come.
const NOTE: Duration = Duration::from_secs(5);

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// How far it has come.
    reached: Extent,
    /// When that was noted.
    at: Timestamp,
    /// An older copy that was noticed, until somebody removes the file.
    older: Option<Older>,
}

/// A database that is an older copy of what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Older {
    /// When it was noticed.
    pub noticed_at: Timestamp,
    /// Until when the lost records go, at least.
    pub lost_until: Timestamp,
    /// How far it had come.
    pub reached: Extent,
    /// How far the copy had.
    pub found: Extent,
}

impl Older {
    /// What a person must know.
    fn says(&self, file: &Path) -> String {
        format!(
            "the database is an older copy of itself: noticed at {}, what came in until {} is not \
             in it. What was done in the clusters since stays done and is stamped with actions that \
             no journal here knows; alerts that still fire come again by themselves. Compare with \
             what you know of that time, then remove {} to end this message",
            self.noticed_at,
            self.lost_until,
            file.display()
        )
    }
}

/// The file of an installation, and its database.
pub struct HighWater {
    file: PathBuf,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl HighWater {
    /// `file` is where it is noted.
    pub fn new(file: PathBuf, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { file, store, clock }
    }

    /// Compares; the older copy that this is or was, if it is one.
    pub async fn look(&self) -> anyhow::Result<Option<Older>> {
        let found = self.store.extent().await?;
        let Some(note) = read(&self.file)? else { return Ok(None) };
        if note.reached.beyond(&found) {
            return Ok(Some(Older {
                noticed_at: self.clock.now(),
                lost_until: note.at,
                reached: note.reached,
                found,
            }));
        }
        Ok(note.older)
    }

    /// What a person must know of an older copy.
    pub fn says(&self, older: &Older) -> String {
        older.says(&self.file)
    }

    /// Compares, says loudly what is wrong, and goes on noting until it is dropped.
    pub async fn keep(self: Arc<Self>) {
        let older = match self.look().await {
            Ok(older) => older,
            // A file that cannot be read tells nothing, and is written anew.
            Err(failure) => {
                warn!(error = &*failure, "cannot tell whether the database is an older copy");
                None
            }
        };
        if let Some(older) = &older {
            error!("{}", older.says(&self.file));
        }
        let mut note = Note { older, ..Note::default() };
        loop {
            if let Ok(found) = self.store.extent().await {
                let reached = note.reached.max(found);
                // Removed by a person, who has read it.
                if note.older.is_some() && !self.file.exists() && note.reached != Extent::default()
                {
                    note.older = None;
                }
                if reached != note.reached || !self.file.exists() {
                    note = Note { reached, at: self.clock.now(), older: note.older };
                    if let Err(error) = write(&self.file, &note) {
                        warn!(%error, "cannot note how far the database has come in {}", self.file.display());
                    }
                }
            }
            sleep(NOTE).await;
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Option<Note>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// As a whole, so that half of one is never read.
fn write(file: &Path, note: &Note) -> io::Result<()> {
    let new = file.with_extension("high-water-new");
    fs::write(&new, serde_json::to_vec(note)?)?;
    fs::rename(new, file)
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::id::{AuditId, IncidentId};

    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written_and_none_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("evenkeel.db.high-water");
        assert_eq!(read(&file).unwrap(), None);
        let reached = Extent {
            incident: Some(IncidentId::from_parts(1, 1)),
            audit: Some(AuditId::from_parts(2, 2)),
            notification: None,
        };
        let older = Older {
            noticed_at: Timestamp::UNIX_EPOCH,
            lost_until: Timestamp::UNIX_EPOCH,
            reached,
            found: Extent::default(),
        };
        let note = Note { reached, at: Timestamp::UNIX_EPOCH, older: Some(older) };
        write(&file, &note).unwrap();
        assert_eq!(read(&file).unwrap(), Some(note));
    }
}
