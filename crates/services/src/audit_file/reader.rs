//! Reading the lines, one at a time, and checking each.

use std::{
    collections::HashMap,
    io::{BufRead, Read},
};

use evenkeel_domain::proof::{Broken, Place, Witness, Wrong};
use evenkeel_engine::{
    audit_chain::AuditHead,
    checkpoint::{Checkpoint, file_is_signed},
    proof::{AuditWalk, Finding, JournalHead, JournalWalk, Trust, Watch},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::format::{End, FORMAT, Header, Line};

/// Longest line: a record of a journal may quote a tool's answer of 1 MiB.
const LINE_MAX: usize = 8 * 1024 * 1024;

/// A file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum AuditFileError {
    /// The disk or the pipe.
    #[error("the file cannot be read")]
    Read(#[from] std::io::Error),
    /// Something else.
    #[error("this is not an exported audit trail: its first line does not say so")]
    NotAnExport,
    /// A newer version wrote it.
    #[error("the file has format {found}, and this version reads {FORMAT}")]
    Format {
        /// Its format.
        found: u64,
    },
    /// A line of a file of checkpoints.
    #[error("line {line} is not a checkpoint")]
    NotACheckpoint {
        /// Which.
        line: u64,
    },
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// Its first line.
    pub header: Header,
    /// The last record of the trail that holds.
    pub seq: u64,
    /// The last checkpoint it was held against.
    pub checkpoint: Option<u64>,
    /// How many journals hold.
    pub journals: u64,
    /// How many records they have together.
    pub journal_records: u64,
    /// The key it is signed with; whether that one is believed is what `--key` is for.
    pub key: Option<String>,
    /// Whether keys were held against ones that are known beforehand.
    pub signatures_checked: bool,
    /// The first thing that does not hold.
    pub broken: Option<Broken>,
}

/// Checks a file, against keys and checkpoints that are known from elsewhere.
pub fn check(
    input: impl BufRead,
    trust: &Trust,
    elsewhere: &[Checkpoint],
) -> Result<FileReport, AuditFileError> {
    let mut lines = Lines { input, count: 0 };
    let first = lines.next()?.map_err(|_| AuditFileError::NotAnExport)?;
    let first = first.ok_or(AuditFileError::NotAnExport)?;
    let value: Value = serde_json::from_str(&first).map_err(|_| AuditFileError::NotAnExport)?;
    if value["line"] != "audit" {
        return Err(AuditFileError::NotAnExport);
    }
    match value["format"].as_u64() {
        Some(FORMAT) => {}
        Some(found) => return Err(AuditFileError::Format { found }),
        None => return Err(AuditFileError::NotAnExport),
    }
    let Ok(Line::Audit(header)) = parse(&first) else { return Err(AuditFileError::NotAnExport) };
    let mut check = Check::new(header, trust, elsewhere);
    check.all.update(&first);
    let ended = check.run(&mut lines)?;
    let mut report = check.report;
    if let Err((place, wrong)) = ended {
        let organisation = report.header.organisation.clone();
        report.broken = Some(Broken { organisation, place, wrong });
    }
    Ok(report)
}

/// Reads checkpoints that were kept elsewhere: one a line, as `evenkeel audit checkpoint` and the
/// log write them.
pub fn checkpoints(input: impl BufRead) -> Result<Vec<Checkpoint>, AuditFileError> {
    let mut all = Vec::new();
    for (number, line) in (1..).zip(input.lines()) {
        let line = line?;
        if !line.trim().is_empty() {
            let read = serde_json::from_str(&line);
            all.push(read.map_err(|_| AuditFileError::NotACheckpoint { line: number })?);
        }
    }
    Ok(all)
}

/// A line, if it is byte for byte what would be written.
fn parse(text: &str) -> Result<Line, String> {
    let line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match line.text() {
        Ok(written) if text.strip_suffix('\n') == Some(written.as_str()) => Ok(line),
        _ => Err("it is not written as Evenkeel writes it".into()),
    }
}

struct Check<'a> {
    trust: &'a Trust,
    report: FileReport,
    all: Sha256,
    walk: AuditWalk,
    watch: Watch,
    number: u64,
    /// The last end of each journal that the trail knows, and which record knows it.
    anchors: HashMap<String, (u64, String, u64)>,
    journal: Option<(JournalWalk, JournalHead)>,
}

type Step = Result<bool, Finding>;

impl<'a> Check<'a> {
    fn new(header: Header, trust: &'a Trust, elsewhere: &[Checkpoint]) -> Self {
        let mut watch = Watch::default();
        let ours = elsewhere.iter().filter(|c| c.organisation.to_string() == header.organisation);
        ours.for_each(|checkpoint| watch.add(checkpoint));
        Self {
            trust,
            walk: AuditWalk::of(header.organisation.clone()),
            report: FileReport {
                header,
                seq: 0,
                checkpoint: None,
                journals: 0,
                journal_records: 0,
                key: None,
                signatures_checked: !trust.0.is_empty(),
                broken: None,
            },
            all: Sha256::new(),
            watch,
            number: 0,
            anchors: HashMap::new(),
            journal: None,
        }
    }

    fn run<R: BufRead>(
        &mut self,
        lines: &mut Lines<R>,
    ) -> Result<Result<(), Finding>, AuditFileError> {
        loop {
            let read = lines.next()?;
            let place = Place::Line { line: lines.count };
            let malformed = |why: String| (place, Wrong::Malformed { why });
            let text = match read {
                Ok(Some(text)) => text,
                Ok(None) => return Ok(Err(malformed("the file ends before its end".into()))),
                Err(why) => return Ok(Err(malformed(why.into()))),
            };
            let step = match parse(&text) {
                Err(why) => Err(malformed(why)),
                Ok(line) => self.line(line, lines.count),
            };
            match step {
                Err(finding) => return Ok(Err(finding)),
                Ok(false) => self.all.update(&text),
                Ok(true) => {
                    let rest = lines.next()?;
                    let place = Place::Line { line: lines.count };
                    let why = "something follows its end".to_owned();
                    return Ok(match rest {
                        Ok(None) => Ok(()),
                        _ => Err((place, Wrong::Malformed { why })),
                    });
                }
            }
        }
    }

    /// One line; whether it was the last.
    fn line(&mut self, line: Line, number: u64) -> Step {
        let out_of_place = || {
            let why = "it is out of place".to_owned();
            Err((Place::Line { line: number }, Wrong::Malformed { why }))
        };
        let trail = self.walk.head().seq < self.report.header.seq;
        match line {
            Line::Record(record) if trail => {
                let row = record.row(&self.report.header.organisation);
                let anchors = self.walk.step(&row)?;
                let head = self.walk.head().clone();
                self.report.seq = head.seq;
                self.watch.pass(&head)?;
                for seen in anchors {
                    self.anchors.insert(seen.incident, (seen.seq, seen.hash, head.seq));
                }
                Ok(false)
            }
            Line::Checkpoint(checkpoint) if self.journal.is_none() => {
                self.checkpoint(&checkpoint).map(|()| false)
            }
            Line::Journal(head) if !trail && self.report.header.journals => {
                self.trail_ends()?;
                self.journal_ends()?;
                self.journal = Some((JournalWalk::of(head.incident.clone()), head));
                Ok(false)
            }
            Line::Entry(entry) => match &mut self.journal {
                Some((walk, head)) if walk.head().seq < head.seq => {
                    walk.step(&entry.into())?;
                    let now = walk.head();
                    if let Some((seq, hash, by)) = self.anchors.get(&now.incident)
                        && *seq == now.seq
                    {
                        let seen = JournalHead { seq: *seq, hash: hash.clone(), ..now.clone() };
                        walk.ends(&seen, Witness::Audit { seq: *by })?;
                    }
                    Ok(false)
                }
                _ => out_of_place(),
            },
            Line::End(end) => {
                self.trail_ends()?;
                self.journal_ends()?;
                self.journals_end()?;
                self.end(end, number).map(|()| true)
            }
            _ => out_of_place(),
        }
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let number = self.number + 1;
        let place = Place::Checkpoint { number };
        if checkpoint.number != number {
            return Err((place, Wrong::Missing));
        }
        if checkpoint.organisation.to_string() != self.report.header.organisation {
            return Err((place, Wrong::Foreign));
        }
        self.trust.check(checkpoint)?;
        let head = self.walk.head();
        if checkpoint.seq < head.seq {
            return Err((place, Wrong::Order));
        }
        self.number = number;
        self.watch.add(checkpoint);
        if checkpoint.seq == head.seq {
            self.watch.pass(&head.clone())?;
        }
        self.report.checkpoint = self.watch.passed;
        Ok(())
    }

    /// The end of the trail is where the header says, and not before what a checkpoint saw.
    fn trail_ends(&mut self) -> Result<(), Finding> {
        let head = self.walk.head();
        self.watch.end(head)?;
        let Header { seq, hash, .. } = &self.report.header;
        if head.seq < *seq {
            let witness = Witness::Index;
            return Err((Place::Audit { seq: head.seq + 1 }, Wrong::Truncated { witness }));
        }
        if *head != (AuditHead { seq: *seq, hash: hash.clone() }) {
            let witness = Witness::Index;
            return Err((Place::Audit { seq: head.seq }, Wrong::Replaced { witness }));
        }
        self.report.checkpoint = self.watch.passed;
        Ok(())
    }

    fn journal_ends(&mut self) -> Result<(), Finding> {
        let Some((walk, head)) = self.journal.take() else { return Ok(()) };
        walk.ends(&head, Witness::Index)?;
        if let Some((seq, hash, by)) = self.anchors.remove(&head.incident) {
            let seen = JournalHead { incident: head.incident, seq, hash };
            walk.ends(&seen, Witness::Audit { seq: by })?;
        }
        self.report.journals += 1;
        self.report.journal_records += walk.head().seq;
        Ok(())
    }

    /// No journal that the trail knows is left out.
    fn journals_end(&self) -> Result<(), Finding> {
        if !self.report.header.journals {
            return Ok(());
        }
        let missing = self.anchors.iter().min_by_key(|(_, (_, _, by))| *by);
        match missing {
            None => Ok(()),
            Some((incident, (_, _, by))) => {
                let place = Place::Journal { incident: incident.clone(), seq: 1 };
                Err((place, Wrong::Truncated { witness: Witness::Audit { seq: *by } }))
            }
        }
    }

    fn end(&mut self, end: End, number: u64) -> Result<(), Finding> {
        let place = Place::Line { line: number };
        let End { lines, sha256, key, signature } = end;
        if lines != number - 1 || sha256 != hex::encode(self.all.clone().finalize()) {
            let why = "the lines before it are not those it was written for".to_owned();
            return Err((place, Wrong::Malformed { why }));
        }
        if !self.trust.0.is_empty() && !self.trust.0.contains(&key) {
            return Err((place, Wrong::Key { key }));
        }
        if !file_is_signed(&key, &signature, &sha256) {
            return Err((place, Wrong::Signature));
        }
        self.report.key = Some(key);
        Ok(())
    }
}

struct Lines<R> {
    input: R,
    count: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line with its line feed, or why it is none.
    fn next(&mut self) -> Result<Result<Option<String>, &'static str>, std::io::Error> {
        let mut line = Vec::new();
        let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        (&mut self.input).take(limit).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(Ok(None));
        }
        self.count += 1;
        if line.last() != Some(&b'\n') {
            return Ok(Err("it is cut off, or too long"));
        }
        Ok(String::from_utf8(line).map(Some).map_err(|_| "it is not UTF-8"))
    }
}
