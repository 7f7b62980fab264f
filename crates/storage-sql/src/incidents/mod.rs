//! Incidents in lists.

pub mod closed;
pub mod figures;
pub mod lists;
pub mod queue;
