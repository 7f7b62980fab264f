//! Writing the lines.

use evenkeel_engine::{
    checkpoint::{Checkpoint, Signer},
    proof::{AuditRow, JournalHead, JournalRow},
};
use sha2::{Digest, Sha256};

use super::format::{End, Header, Line};

/// Turns a trail into lines, in the order of the format.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    all: Sha256,
    lines: u64,
}

type Written = Result<String, serde_json::Error>;

impl Encoder {
    pub(crate) fn new() -> Self {
        Self { all: Sha256::new(), lines: 0 }
    }

    pub(crate) fn header(&mut self, header: Header) -> Written {
        self.line(&Line::Audit(header))
    }

    pub(crate) fn record(&mut self, row: AuditRow) -> Written {
        self.line(&Line::Record(row.into()))
    }

    pub(crate) fn checkpoint(&mut self, checkpoint: Checkpoint) -> Written {
        self.line(&Line::Checkpoint(checkpoint))
    }

    pub(crate) fn journal(&mut self, head: JournalHead) -> Written {
        self.line(&Line::Journal(head))
    }

    pub(crate) fn entry(&mut self, row: JournalRow) -> Written {
        self.line(&Line::Entry(row.into()))
    }

    pub(crate) fn end(&mut self, signer: &Signer) -> Written {
        let sha256 = hex::encode(self.all.clone().finalize());
        let signature = signer.file(&sha256);
        let key = signer.key().to_owned();
        Ok(Line::End(End { lines: self.lines, sha256, key, signature }).text()? + "\n")
    }

    fn line(&mut self, line: &Line) -> Written {
        let text = line.text()? + "\n";
        self.all.update(&text);
        self.lines += 1;
        Ok(text)
    }
}
