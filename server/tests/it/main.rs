//! Tests through the front door: the whole router, the built binary, and the practice range.
//!
//! [`harness`] has the application under test with a method for each thing a person or a program
//! does. Modules without `range` drive the router in this process over a database of their own;
//! [`range`] runs the binary against real Prometheus, Alertmanager and pods, one test at a time.
//! To add a route: its line in `routes/`, or the walk over all of them fails.

mod harness;

mod routes;

mod cli;
mod events;
mod mcp_stdio;
mod operations;
mod outages;
mod problems;
mod range;
mod sign_in;
mod webhook;
