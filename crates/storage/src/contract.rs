//! The contract suite: what every storage implementation must do.
