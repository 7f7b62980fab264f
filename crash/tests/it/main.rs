//! The kill harness on the debug binary, short; and what it does not reach by killing.

#[cfg(test)]
mod binary;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod injections;
#[cfg(test)]
mod names;
#[cfg(test)]
mod short;
