//! The writes, one file each, all through [`apply`].
//!
//! A write reads the object, checks that it is the expected one and not yet stamped with the action's id, makes the
//! wanted object in memory, and sends the difference as one JSON merge patch that carries the action id and the
//! `resourceVersion` just read. So change and stamp happen together or not at all, and a race ends in 409.
//!
//! The tools say what changes; [`apply`] knows how, for every kind (`super::kind`). Two are different: a pod is deleted, and
//! a Job is copied, because a Job that has failed can't be made to run again.
//!
//! The number of replicas is changed the same way and not through the `scale` subresource: the subresource takes no
//! annotations, so the stamp would need a second request, and a crash between the two would leave a change that nobody
//! can recognise as done.

pub(super) mod cordon;
pub(super) mod delete_pod;
pub(super) mod guard;
pub(super) mod rerun_job;
pub(super) mod rollout_restart;
pub(super) mod rollout_undo;
pub(super) mod scale;
pub(super) mod set_config_key;
pub(super) mod set_hpa_bounds;
pub(super) mod set_image;
pub(super) mod set_resources;
pub(super) mod stamp;

mod apply;
mod budget;
mod config_value;
mod merge;
mod report;
mod template;

pub(in crate::kubernetes) use apply::metadata;
