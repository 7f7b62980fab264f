//! A double of GitHub: a real bare repository behind the part of its API that Evenkeel uses.
//!
//! Objects, history, differences and merges are git's own; pull requests, rules and the rest are kept in memory. Every
//! request is held to GitHub's own OpenAPI description and GraphQL schema, cut to what is used (`schema/`, by
//! `scripts/github-schemas.mjs`; MIT, see `schema/LICENSE`), and so are the double's answers, as far as they go. What
//! doesn't fit is refused and remembered: [`Double::violations`] must be empty at the end of a test.
//!
//! What it is not: there are no reviews, no Actions, no forks; rate limits come only when a test asks for one.

mod delivery;
mod developer;
mod git;
mod graphql;
mod make;
mod objects;
mod pulls;
mod reads;
mod schema;
mod serve;
mod shop;
mod state;

pub(crate) use delivery::{deliver, start};
pub(crate) use developer::Developer;
pub use serve::{Credentials, Double, Trouble};
pub use shop::shop;
pub use state::MergeMethod;
