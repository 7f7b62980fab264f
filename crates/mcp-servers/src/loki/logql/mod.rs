//! `LogQL`, built from typed parts, so that nothing from outside can leave its quotes.
//!
//! Names of labels are checked, everything else is a string literal. What is built is a subset of the language; a test
//! parses it with another program's parser and expects the same parts.

mod literal;
mod query;
mod selector;
mod shape;

pub use literal::{quote, regex_escape};
pub use query::{Counted, LogQuery};
pub use selector::{Selector, is_label_name};
pub use shape::{Shape, shape};
