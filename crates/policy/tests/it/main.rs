//! The policy crate through its front door.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;
mod load;
mod matrix;
mod never;
mod plan;
mod shipped;
mod speed;
mod support;
