//! Tests through the front door: the whole router, the built binary, and the practice range.
//!
//! [`harness`] has the application under test with a method for each thing a person or a program
//! does. Modules without `range` drive the router in this process over a database of their own;
//! [`range`] runs the binary against real Prometheus, Alertmanager and pods, one test at a time.
//! To add a route: its line in `routes/`, or the walk over all of them fails.

#[cfg(test)]
mod harness;

#[cfg(test)]
mod routes;

#[cfg(test)]
mod assistant;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod events;
#[cfg(test)]
mod failpoints;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod integrations;
#[cfg(test)]
mod mcp_stdio;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod mesh;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod range;
#[cfg(test)]
mod reconcile;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod storm;
#[cfg(test)]
mod webhook;
