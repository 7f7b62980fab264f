//! Writing the lines, redacted.

use std::collections::BTreeMap;

use evenkeel_domain::{Entry, id::EvidenceId};
use evenkeel_engine::chain::{self, GENESIS, Unserialisable};
use evenkeel_tools::redact::Redactor;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::format::{EndLine, Header, Tagged, TextLine, digest};

/// Turns an incident into lines, in the order of the format. Two encoders that are given the same
/// make the same lines, so that the first can count what the header of the second must say.
pub(crate) struct Encoder {
    redactor: Redactor,
    previous: String,
    all: Sha256,
    lines: u64,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            redactor: Redactor::numbered(),
            previous: GENESIS.to_owned(),
            all: Sha256::new(),
            lines: 0,
        }
    }

    /// What was redacted so far.
    pub(crate) fn redacted(&self) -> BTreeMap<String, u64> {
        self.redactor.counts()
    }

    pub(crate) fn header(&mut self, header: &Header) -> Result<String, serde_json::Error> {
        let line = tagged("case", header)?;
        Ok(self.kept(line))
    }

    pub(crate) fn record(&mut self, entry: &Entry) -> Result<String, Unserialisable> {
        let unserialisable = |source| Unserialisable { event: entry.event.name(), source };
        let original = chain::payload(&entry.event)?;
        let mut value = serde_json::from_str(&original).map_err(unserialisable)?;
        let (event, mark) = if self.redactor.json(&mut value) {
            let event = value.to_string();
            let mark = format!("\"redacted\":\"{}\",", digest(&event));
            (event, mark)
        } else {
            (original, String::new())
        };
        // Written by hand, because the event's bytes must be exactly these.
        let line = format!(
            "{{\"line\":\"record\",\"seq\":{},\"at\":\"{}\",\"prev\":\"{}\",\"hash\":\"{}\",\
             {mark}\"event\":{event}}}\n",
            entry.seq, entry.at, self.previous, entry.hash
        );
        self.previous.clone_from(&entry.hash);
        Ok(self.kept(line))
    }

    pub(crate) fn text(
        &mut self,
        evidence: EvidenceId,
        text: String,
    ) -> Result<String, serde_json::Error> {
        let clean = self.redactor.document(&text);
        let redacted = clean.is_some();
        let text = clean.unwrap_or(text);
        let line = tagged("text", &TextLine { evidence, redacted, sha256: digest(&text), text })?;
        Ok(self.kept(line))
    }

    pub(crate) fn end(self) -> Result<String, serde_json::Error> {
        let sha256 = hex::encode(self.all.finalize());
        tagged("end", &EndLine { lines: self.lines, sha256 })
    }

    fn kept(&mut self, line: String) -> String {
        self.all.update(&line);
        self.lines += 1;
        line
    }
}

fn tagged<T: Serialize>(line: &'static str, body: &T) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(&Tagged { line, body })? + "\n")
}
