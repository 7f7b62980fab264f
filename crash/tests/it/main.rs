//! The kill harness on the debug binary, short; what it does not reach by killing; and several
//! replicas.

#[cfg(test)]
mod binary;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod injections;
#[cfg(test)]
mod names;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod short;
#[cfg(test)]
mod trouble;
