//! Reading the lines, one at a time, and checking each.

use std::{
    collections::HashMap,
    io::{BufRead, Read},
};

use evenkeel_domain::{Entry, Event, evidence::EvidenceOutcome, id::EvidenceId};
use evenkeel_engine::chain::{self, GENESIS};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    CaseError, FORMAT, Header,
    format::{EndLine, RecordLine, TextLine, digest},
};

/// Longest line: a tool answers with at most 1 MiB, which quoting can make six times as much.
const LINE_MAX: usize = 8 * 1024 * 1024;

/// What comes out of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A record of the journal.
    Record(Box<Entry>),
    /// The whole answer of a tool call.
    Text(EvidenceId, String),
}

/// Reads an exported incident. What was read before [`CaseReader::next`] returned `None` is not
/// known to be whole: use nothing of it before.
pub struct CaseReader<R> {
    lines: Lines<R>,
    header: Header,
    all: Sha256,
    seq: u64,
    previous: String,
    texts: u64,
    /// The digests of the original answers, by evidence.
    answers: HashMap<EvidenceId, String>,
    unchecked: Vec<u64>,
    ended: bool,
}

impl<R: BufRead> CaseReader<R> {
    /// Reads the header.
    pub fn open(input: R) -> Result<Self, CaseError> {
        let mut lines = Lines { input, count: 0 };
        let first = match lines.next() {
            Ok(Some(first)) => first,
            Ok(None) | Err(CaseError::TooLong { .. }) => return Err(CaseError::NotACase),
            Err(other) => return Err(other),
        };
        let value: Value = serde_json::from_str(&first).map_err(|_| CaseError::NotACase)?;
        if value["line"] != "case" {
            return Err(CaseError::NotACase);
        }
        let format = value["format"].as_u64().ok_or(CaseError::NotACase)?;
        if format != FORMAT {
            return Err(CaseError::NewerFormat { found: format });
        }
        let header = serde_json::from_value(value)
            .map_err(|source| CaseError::Malformed { line: 1, source })?;
        Ok(Self {
            lines,
            header,
            all: Sha256::new_with_prefix(&first),
            seq: 0,
            previous: GENESIS.to_owned(),
            texts: 0,
            answers: HashMap::new(),
            unchecked: Vec::new(),
            ended: false,
        })
    }

    /// The first line.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The records read so far whose content is redacted and could not be held against its hash.
    pub fn unchecked(&self) -> &[u64] {
        &self.unchecked
    }

    /// The next record or text; `None` once the whole file was read and is as it was written.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and ends for good when it has")]
    pub fn next(&mut self) -> Result<Option<Piece>, CaseError> {
        if self.ended {
            return Ok(None);
        }
        let Some(text) = self.lines.next()? else {
            return Err(CaseError::Truncated { line: self.lines.count });
        };
        let mut value: Value = serde_json::from_str(&text)
            .map_err(|source| CaseError::Malformed { line: self.lines.count, source })?;
        let kind = value.get_mut("line").map(Value::take).unwrap_or_default();
        match kind.as_str() {
            Some("end") => {
                let end = self.body(value)?;
                self.finish(&end)?;
                Ok(None)
            }
            Some("record") => {
                self.all.update(&text);
                drop(text);
                let record = self.body(value)?;
                self.record(record).map(Some)
            }
            Some("text") => {
                self.all.update(&text);
                drop(text);
                let line = self.body(value)?;
                self.text(line).map(Some)
            }
            _ => Err(self.out_of_place("a record, a text or the end was expected")),
        }
    }

    fn record(&mut self, line: RecordLine) -> Result<Piece, CaseError> {
        if self.texts > 0 {
            return Err(self.out_of_place("records come before texts"));
        }
        let RecordLine { seq, at, prev, hash, redacted, event } = line;
        let expected = self.seq + 1;
        let broken = |why| CaseError::Broken { seq: expected, why };
        if seq != expected {
            return Err(broken("another position stands in its place"));
        }
        if prev != self.previous {
            return Err(broken("it follows another record than the one before it"));
        }
        let payload = event.to_string();
        match &redacted {
            Some(left) if *left == digest(&payload) => self.unchecked.push(seq),
            Some(_) => return Err(broken("it was changed after it was redacted")),
            None if chain::link(&prev, self.header.incident, seq, at, &payload) == hash => {}
            None => return Err(broken("its hash covers something else")),
        }
        drop(payload);
        let event = self.event(seq, event)?;
        if let Event::EvidenceRecorded { evidence } = &event
            && let EvidenceOutcome::Answered { sha256, .. } = &evidence.outcome
        {
            self.answers.insert(evidence.id, sha256.clone());
        }
        self.seq = seq;
        self.previous.clone_from(&hash);
        let incident = self.header.incident;
        Ok(Piece::Record(Box::new(Entry { incident, seq, at, event, hash })))
    }

    fn event(&self, seq: u64, event: Value) -> Result<Event, CaseError> {
        let name = event["event"].as_str().unwrap_or_default().to_owned();
        serde_json::from_value(event).map_err(|source| {
            // Asked for a name alone, serde tells a name it does not know from fields it misses.
            let alone = serde_json::json!({ "event": name });
            let unknown = serde_json::from_value::<Event>(alone)
                .err()
                .is_some_and(|e| e.to_string().starts_with("unknown variant"));
            if unknown {
                let written_by = self.header.evenkeel.clone();
                CaseError::UnknownEvent { seq, event: name, written_by }
            } else {
                CaseError::Event { seq, source }
            }
        })
    }

    fn text(&mut self, line: TextLine) -> Result<Piece, CaseError> {
        let TextLine { evidence, redacted, sha256, text } = line;
        let actual = digest(&text);
        let Some(recorded) = self.answers.get(&evidence) else {
            return Err(self.out_of_place("a text of evidence that the journal does not hold"));
        };
        if actual != sha256 || (!redacted && actual != *recorded) {
            return Err(CaseError::Text { evidence });
        }
        self.texts += 1;
        Ok(Piece::Text(evidence, text))
    }

    fn finish(&mut self, end: &EndLine) -> Result<(), CaseError> {
        let Header { head, records, texts, .. } = &self.header;
        let altered = |why| Err(CaseError::Altered { why });
        if (*records, head.seq) != (self.seq, self.seq) {
            return altered("records are missing at the end of the journal");
        }
        if head.hash != self.previous {
            return altered("the journal ends with another record than its header says");
        }
        if *texts != self.texts {
            return altered("texts are missing");
        }
        if end.lines + 1 != self.lines.count || hex::encode(self.all.finalize_reset()) != end.sha256
        {
            return altered("a line was changed, added or taken out");
        }
        self.ended = true;
        match self.lines.next()? {
            None => Ok(()),
            Some(_) => altered("something follows its end"),
        }
    }

    fn out_of_place(&self, why: &'static str) -> CaseError {
        CaseError::OutOfPlace { line: self.lines.count, why }
    }

    fn body<T: DeserializeOwned>(&self, value: Value) -> Result<T, CaseError> {
        serde_json::from_value(value)
            .map_err(|source| CaseError::Malformed { line: self.lines.count, source })
    }
}

/// Lines with their line feeds, never more than [`LINE_MAX`] of one.
struct Lines<R> {
    input: R,
    /// How many were read.
    count: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<String>, CaseError> {
        let line = self.count + 1;
        let mut bytes = Vec::new();
        let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX) + 1;
        (&mut self.input)
            .take(limit)
            .read_until(b'\n', &mut bytes)
            .map_err(|source| CaseError::Read { line, source })?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.count = line;
        if bytes.len() > LINE_MAX {
            return Err(CaseError::TooLong { line, max: LINE_MAX });
        }
        String::from_utf8(bytes).map(Some).map_err(|e| CaseError::Read {
            line,
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, e),
        })
    }
}
