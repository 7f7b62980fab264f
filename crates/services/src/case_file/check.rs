//! Replaying a file: what happened, and whether today's rules would have decided the same.

use std::{io::BufRead, ops::ControlFlow};

use evenkeel_engine::replay::{Moment, Replay};
use serde::Serialize;

use super::{CaseError, CaseReader, Piece};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Records replayed.
    pub records: u64,
    /// Decisions of workers among them.
    pub decisions: u64,
    /// How the incident ended, or where it stands.
    pub status: String,
    /// The records whose decision would be another today.
    pub differences: Vec<Moment>,
    /// Records whose content is redacted, so that it could not be held against its hash.
    pub unchecked: Vec<u64>,
}

/// Replays a file, showing each record to `see` until it breaks off. The replay as it then stands,
/// and the records whose content could not be held against their hash.
pub fn play(
    file: impl BufRead,
    max_rounds: u8,
    mut see: impl FnMut(Moment) -> ControlFlow<()>,
) -> Result<(Replay, Vec<u64>), CaseError> {
    let mut reader = CaseReader::open(file)?;
    let mut replay = Replay::new(max_rounds);
    while let Some(piece) = reader.next()? {
        let Piece::Record(entry) = piece else { continue };
        let moment =
            replay.advance(&entry).map_err(|source| CaseError::Fold { seq: entry.seq, source })?;
        if see(moment).is_break() {
            break;
        }
    }
    Ok((replay, reader.unchecked().to_vec()))
}

/// Replays a whole file and says where today's rules would have decided otherwise.
pub fn check(file: impl BufRead, max_rounds: u8) -> Result<Report, CaseError> {
    let (mut records, mut decisions, mut differences) = (0, 0, Vec::new());
    let (replay, unchecked) = play(file, max_rounds, |moment| {
        records += 1;
        if let Some(decision) = &moment.decision {
            decisions += 1;
            if !decision.agrees {
                differences.push(moment);
            }
        }
        ControlFlow::Continue(())
    })?;
    let status = replay.state().map_or("empty", |state| state.status()).to_owned();
    Ok(Report { records, decisions, status, differences, unchecked })
}
