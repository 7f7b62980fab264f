//! The patch types of the Kubernetes API.

mod json_patch;
mod merge;
mod strategic;

pub use json_patch::json_patch;
pub use merge::merge;
pub use strategic::strategic;
