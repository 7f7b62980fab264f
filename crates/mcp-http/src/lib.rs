//! Serves an MCP server over streamable HTTP to those who hold its token.
//!
//! A server that listens has other dangers than one behind a pipe: anybody on the network, and any page in a browser
//! on the same machine (DNS rebinding), can reach it. So it listens beyond this machine only where somebody has said
//! that TLS ends in front of it; every request needs the bearer token, compared in constant time; `Host` must be a name
//! it is known to be reached at and `Origin`, if there is one, its own; bodies and sessions are bounded; and it ends
//! without breaking off calls.
//!
//! This crate must not know any tool, nor where its token comes from. Whoever asks with an account of their own, as
//! the platform's `/mcp` does, takes [`guarded`] alone and brings its own door.

mod bearer;
mod end;
mod listen;
mod router;
mod sessions;

pub use bearer::{Token, WeakToken};
pub use end::{Ending, serve};
pub use listen::{ListenError, bind};
pub use router::{Door, guarded, router};
pub use sessions::BoundedSessions;
