//! Incidents in lists.

pub mod figures;
pub mod lists;
pub mod queue;
