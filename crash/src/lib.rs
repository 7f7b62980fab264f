//! The kill harness.
