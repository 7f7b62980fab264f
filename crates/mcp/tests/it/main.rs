//! The client through its front door: a tool box over servers that behave, change, die, hang and flood.

mod allow_list;
mod bad_children;
mod pinning;
mod support;
