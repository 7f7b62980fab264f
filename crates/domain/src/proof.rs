//! What a check of the hash chains says: how far they hold, or the first record that does not.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, id::OrganisationId};

/// A record that is not what it was when it was written. Ids are texts here: who changed a
/// database may have put anything in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Broken {
    /// Whose trail or journal.
    pub organisation: String,
    /// Which record.
    pub place: Place,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Place {
    /// A record of the organisation's audit trail.
    Audit {
        /// Its position, from 1.
        seq: u64,
    },
    /// A record of an incident's journal.
    Journal {
        /// Which incident.
        incident: String,
        /// Its position, from 1.
        seq: u64,
    },
    /// A signed checkpoint.
    Checkpoint {
        /// Its number, from 1.
        number: u64,
    },
    /// A line of a file that is none of these.
    Line {
        /// Its number, from 1.
        line: u64,
    },
}

/// What is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Wrong {
    /// Its hash is not that of what it says: time, person or content was changed.
    Content,
    /// It does not follow from the record before it: moved, inserted, or the one before replaced.
    Order,
    /// It is not there, although later ones are.
    Missing,
    /// The chain ends before it, although somebody has seen it.
    Truncated {
        /// Who.
        witness: Witness,
    },
    /// It is another record than somebody has seen there.
    Replaced {
        /// Who.
        witness: Witness,
    },
    /// A record that stands in no chain.
    Unchained {
        /// Its id.
        id: String,
    },
    /// It names another organisation or incident than the chain it stands in.
    Foreign,
    /// The answer of the tool call that it records is not the one that came.
    Answer,
    /// The answer of the tool call that it records is gone.
    AnswerGone,
    /// The signature is not of what it says.
    Signature,
    /// It is signed with a key that is not trusted.
    Key {
        /// That key, in hex.
        key: String,
    },
    /// It is not as this version of the format writes it.
    Malformed {
        /// Why.
        why: String,
    },
}

/// What a chain is held against beside itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Witness {
    /// A signed checkpoint.
    Checkpoint {
        /// Its number.
        number: u64,
    },
    /// A record of the audit trail that keeps where journals ended.
    Audit {
        /// Its position.
        seq: u64,
    },
    /// What lists say of an incident's journal, or a file of what is in it.
    Index,
}

impl Broken {
    /// One sentence: which record, and what is wrong with it.
    pub fn sentence(&self) -> String {
        format!("{} {}", self.place, self.wrong)
    }

    /// What it means, for a person who reads it at three in the morning.
    pub fn means(&self) -> &'static str {
        match self.wrong {
            Wrong::Content | Wrong::Order | Wrong::Missing | Wrong::Foreign => {
                "Somebody, or something, changed the database behind Evenkeel's back: it never \
                 changes or removes a record itself. Records before this one hold; this one and \
                 what comes after are not proved."
            }
            Wrong::Truncated { .. } => {
                "Records that were there are gone from the end: the database was cut, or an older \
                 copy of it was restored."
            }
            Wrong::Replaced { .. } => {
                "The chain was written anew from here or earlier: it fits together, but it is not \
                 the one that was seen before."
            }
            Wrong::Unchained { .. } => {
                "Somebody put a record into the table without a place in the chain. If this \
                 database was just upgraded, `evenkeel migrate` gives older records their places."
            }
            Wrong::Answer | Wrong::AnswerGone => {
                "The record holds, but not the answer that is kept beside it: what a finding cites \
                 may not be what the tool said. Somebody, or something, changed the database behind \
                 Evenkeel's back."
            }
            Wrong::Signature | Wrong::Key { .. } => {
                "The checkpoint was not made by this installation with its present key: it was \
                 forged, or EVENKEEL_SECRET_KEY was changed and its former key is not among \
                 EVENKEEL_AUDIT_KEYS."
            }
            Wrong::Malformed { .. } => {
                "This is not what Evenkeel wrote: it was edited, cut off or damaged on its way."
            }
        }
    }

    /// What to do about it.
    pub fn next_step(&self) -> &'static str {
        match self.wrong {
            Wrong::Signature | Wrong::Key { .. } => {
                "Compare `evenkeel audit key` with the key you noted. If the key was changed on \
                 purpose, add the former one to EVENKEEL_AUDIT_KEYS; otherwise keep the database \
                 as it is and find out who could write to it."
            }
            _ => {
                "Keep the database as it is and copy it aside; run `evenkeel audit verify \
                 --checkpoint FILE` with a checkpoint kept elsewhere; compare with a backup; find \
                 out who could write to the database. See docs/audit.md."
            }
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "organisation {}: {}", self.organisation, self.sentence())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audit { seq } => write!(f, "audit record {seq}"),
            Self::Journal { incident, seq } => {
                write!(f, "journal record {seq} of incident {incident}")
            }
            Self::Checkpoint { number } => write!(f, "checkpoint {number}"),
            Self::Line { line } => write!(f, "line {line}"),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content => f.write_str("is not what was written: its content was changed"),
            Self::Order => f.write_str("does not follow from the record before it"),
            Self::Missing => f.write_str("is missing, and later ones are there"),
            Self::Truncated { witness } => write!(f, "is cut off: {witness} has seen it"),
            Self::Replaced { witness } => write!(f, "was replaced: {witness} has seen another one"),
            Self::Unchained { id } => write!(f, "is followed by a record outside the chain ({id})"),
            Self::Foreign => f.write_str("belongs to another chain"),
            Self::Answer => f.write_str("records a tool's answer, and another one is kept"),
            Self::AnswerGone => f.write_str("records a tool's answer, and it is not kept any more"),
            Self::Signature => f.write_str("is forged: its signature is not of what it says"),
            Self::Key { key } => write!(f, "is signed with a key that is not trusted ({key})"),
            Self::Malformed { why } => write!(f, "is not as it was written: {why}"),
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint { number } => write!(f, "checkpoint {number}"),
            Self::Audit { seq } => write!(f, "audit record {seq}"),
            Self::Index => f.write_str("the list of what there must be"),
        }
    }
}

/// What a verification of one organisation's chains found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verification {
    /// Whose chains.
    pub organisation: OrganisationId,
    /// When it ended.
    pub at: Timestamp,
    /// The last record of the audit trail that holds; 0: none.
    pub seq: u64,
    /// The last checkpoint it was held against; `None`: there is none yet.
    pub checkpoint: Option<u64>,
    /// How many journals hold.
    pub journals: u64,
    /// How many records they have together.
    pub journal_records: u64,
    /// How many answers of tools were held against the hashes in these records.
    #[serde(default)]
    pub answers: u64,
    /// Whether the checkpoints' signatures were held against a key known beforehand.
    pub signatures_checked: bool,
    /// The first record that does not hold.
    pub broken: Option<Broken>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_record_is_named_in_a_sentence() {
        let broken = Broken {
            organisation: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
            place: Place::Journal { incident: "01ARZ3NDEKTSV4RRFFQ69G5FAW".into(), seq: 7 },
            wrong: Wrong::Truncated { witness: Witness::Audit { seq: 12 } },
        };
        assert_eq!(
            broken.sentence(),
            "journal record 7 of incident 01ARZ3NDEKTSV4RRFFQ69G5FAW is cut off: audit record 12 \
             has seen it"
        );
        let json = serde_json::to_string(&broken).unwrap();
        assert_eq!(serde_json::from_str::<Broken>(&json).unwrap(), broken);
    }
}
