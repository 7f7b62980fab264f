//! The range from outside: through kube-rs and through kubectl.

mod api;
mod containers;
mod harness;
mod kubectl;
mod rollout;
