//! The audit trail: what comes into it, and how it is proved.

mod actions;
mod command_line;
mod proof;
pub mod waiting;
