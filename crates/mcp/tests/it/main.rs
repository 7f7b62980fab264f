//! The client through its front door: a tool box over servers that behave, change, die, hang and flood.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod allow_list;
mod asks;
mod bad_children;
mod cluster;
mod npm;
mod over_http;
mod pinning;
mod support;
mod third_party;
