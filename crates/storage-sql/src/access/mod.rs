//! People and their ways in.

pub mod organisations;
pub mod sessions;
pub mod tokens;
pub mod users;
