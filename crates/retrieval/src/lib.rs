//! Finding the text that fits: runbooks by an alert's words, past incidents by a new one's.
//!
//! Two scores are fused. BM25 (Robertson and Zaragoza, 2009) knows exact words: names of alerts, metrics, components. A
//! static embedding table ([`table`]) knows that "volume" and "disk" are near each other. Both are in the binary; no
//! service, no model run time, no network. This crate is pure: no I/O, no clock, no async, and what it is given is
//! hostile, so everything kept is bounded ([`Limits`]) and nothing panics on it.
//!
//! [`markdown::read`] makes a [`Document`] of a text; [`Index::put`] and [`Index::remove`] keep an index up to date, one
//! document at a time; [`Index::search`] ranks documents and quotes the place that fits, word for word.
//!
//! How well it does stands in `docs/retrieval.md` and is held by `tests/quality.rs`. To change the ranking: [`index`],
//! then `cargo run --release -p evenkeel-retrieval --example quality`.

pub mod bm25;
pub mod index;
pub mod markdown;
pub mod snippet;
pub mod table;
pub mod vector;
pub mod words;

pub use index::{Document, Full, Hit, Index, Limits, Query, Signals};
pub use markdown::Section;
