//! The policy gate: one Cedar schema, policies as files, and two typed questions.
//!
//! - *Access*: may this caller do this to a cluster or an organisation ([`PolicySet::may`])?
//! - *Action gate*: may the automation carry out this plan ([`PolicySet::judge_plan`]) or this one
//!   action ([`PolicySet::judge_action`]): alone, after approval, or not at all?
//!
//! Roles, environments and risks are compared in `policies/*.cedar` and nowhere in Rust. A question
//! that does not fit the schema, and a rule that cannot be evaluated, are refusals. The crate knows
//! no clock, no network and no database; it reads files only in [`PolicySet::load`] and
//! [`test_runner::run_tests`].
//!
//! To add a rule: write it in `policies/*.cedar` with `@id` and `@reason`, add cases for both its
//! answers to `policies/tests/*.yaml`, and accept the new matrix snapshot. A new file is also named
//! in `source::shipped`. To add a permission or a kind of action: extend the enum in
//! `evenkeel-domain` and the schema; [`PolicySet`] refuses a schema that lacks one.

pub mod access;
pub mod action;
pub mod plan;
pub mod rule;
pub mod set;
pub mod test_runner;

mod ask;
mod entities;
mod error;
mod rehearsal;
mod source;

pub use access::{Access, Resource};
pub use action::{ActionJudgement, ActionQuestion, Surroundings};
pub use error::PolicyError;
pub use plan::PlanQuestion;
pub use rule::{RuleEffect, RuleText};
pub use set::PolicySet;
