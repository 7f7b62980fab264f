//! Whole runs over doubles of the journal and the cluster: sagas over every action of the
//! catalogue, Emergency Stop between any two steps, clocks that jump,
//! workers that sleep too long.

#[cfg(test)]
mod cluster;
#[cfg(test)]
mod drive;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod plans;

#[cfg(test)]
mod clocks;
#[cfg(test)]
mod ended;
#[cfg(test)]
mod fence;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod saga;
#[cfg(test)]
mod stop;
