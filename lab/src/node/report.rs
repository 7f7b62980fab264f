//! Writing container states and kubelet events.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Node;
use super::conditions::set_container;
use crate::controller::event::{Happening, record};
use crate::value::{at, put, text};

/// A container of a pod, with the node it runs on.
#[derive(Clone)]
pub struct Subject {
    /// The node.
    pub node: Arc<Node>,
    /// The pod as it was when the worker started.
    pub pod: Arc<Value>,
    /// The container's spec at that time.
    pub name: String,
}

impl Subject {
    /// The container's spec as it is now (an image may be changed in place).
    pub fn spec(&self) -> Option<Value> {
        let pod = self.node.fresh(&self.pod)?;
        let containers = at(&pod, &["spec", "containers"]).as_array()?;
        containers.iter().find(|c| text(c, &["name"]) == self.name).cloned()
    }

    /// Changes this container's status.
    pub fn edit(&self, edit: impl FnOnce(&mut Value)) {
        self.node.change(&self.pod, |pod| set_container(pod, &self.name, edit));
    }

    /// Puts the container into `waiting`; a terminated state becomes the last state.
    pub fn waiting(&self, reason: &str, message: &str) {
        self.edit(|status| {
            keep_last(status);
            let mut waiting = json!({"reason": reason});
            if !message.is_empty() {
                waiting["message"] = json!(message);
            }
            put(status, &["state"], json!({"waiting": waiting}));
            put(status, &["ready"], json!(false));
            put(status, &["started"], json!(false));
        });
    }

    /// Records an event of the kubelet about this container.
    pub fn event(&self, warning: bool, reason: &str, message: &str) {
        let Some(pod) = self.node.fresh(&self.pod) else { return };
        let path = format!("spec.containers{{{}}}", self.name);
        let happening =
            Happening { warning, reason, message, component: "kubelet", field_path: &path };
        record(&self.node.store, &pod, &happening);
    }
}

/// Moves a terminated state to `lastState`.
pub fn keep_last(status: &mut Value) {
    let terminated = at(status, &["state", "terminated"]).clone();
    if terminated.is_object() {
        put(status, &["lastState"], json!({"terminated": terminated}));
    }
}
