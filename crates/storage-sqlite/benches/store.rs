//! How quick the store is.
fn main() {}
