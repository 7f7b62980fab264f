//! The range from outside: through kube-rs and through kubectl.

#[cfg(test)]
mod api;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod extensions;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod kubectl;
#[cfg(test)]
mod loki;
#[cfg(test)]
mod rollout;
#[cfg(test)]
mod whole;
