//! The action catalogue: the only things Evenkeel can do to a cluster and to the code that runs on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{id::ActionId, object::ObjectRef, text::clip};

/// One typed write with its arguments. Free text never becomes an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActionCall {
    /// Put back the template of an earlier revision.
    RolloutUndo {
        /// The revision to go back to.
        to_revision: u64,
    },
    /// Replace all pods one by one.
    RolloutRestart,
    /// Change the number of replicas.
    Scale {
        /// The number wanted.
        replicas: u32,
    },
    /// Change a container's image.
    SetImage {
        /// The container.
        container: String,
        /// The image wanted.
        image: String,
    },
    /// Change a container's requests and limits.
    SetResources {
        /// The container.
        container: String,
        /// Limits to set, for example `memory` → `256Mi`.
        limits: BTreeMap<String, String>,
        /// Requests to set.
        requests: BTreeMap<String, String>,
    },
    /// Delete one pod; its owner makes another.
    DeletePod,
    /// Let a node take no new pods.
    Cordon,
    /// Let a node take pods again.
    Uncordon,
    /// Change how few and how many replicas an autoscaler may choose.
    SetHpaBounds {
        /// The fewest.
        min: u32,
        /// The most.
        max: u32,
    },
    /// Change one key of a ConfigMap.
    SetConfigKey {
        /// The key.
        key: String,
        /// What it is set to.
        value: ConfigValue,
    },
    /// Run a failed Job again, as a copy whose name is made of the action's id.
    RerunJob,
    /// Open a pull request that takes one change of the code back. Changes nothing that runs.
    RevertPr {
        /// The commit that brought the change to the branch.
        commit: String,
        /// The pull request it came in by, where it did.
        pull: Option<u64>,
        /// The branch.
        branch: String,
    },
    /// Merge the revert that another action of the plan opened, while it is exactly that revert.
    MergePr {
        /// The action that opens it.
        opened_by: ActionId,
        /// The commit it takes back.
        commit: String,
    },
    /// Close the pull request that another action opened.
    ClosePr {
        /// The action that opened it.
        opened_by: ActionId,
    },
}

/// What a key of a ConfigMap is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConfigValue {
    /// A text. It is no secret: the tool refuses what looks like one.
    Text {
        /// The text.
        text: String,
    },
    /// What the key had before that action. The ConfigMap itself remembers it, and nothing else
    /// does: no plan and no journal ever holds it.
    Before {
        /// The action.
        action: ActionId,
    },
}

impl ActionCall {
    /// The name used in policies, allow-lists and JSON; also the name of the MCP tool.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::RolloutUndo { .. } => ActionKind::RolloutUndo,
            Self::RolloutRestart => ActionKind::RolloutRestart,
            Self::Scale { .. } => ActionKind::Scale,
            Self::SetImage { .. } => ActionKind::SetImage,
            Self::SetResources { .. } => ActionKind::SetResources,
            Self::DeletePod => ActionKind::DeletePod,
            Self::Cordon => ActionKind::Cordon,
            Self::Uncordon => ActionKind::Uncordon,
            Self::SetHpaBounds { .. } => ActionKind::SetHpaBounds,
            Self::SetConfigKey { .. } => ActionKind::SetConfigKey,
            Self::RerunJob => ActionKind::RerunJob,
            Self::RevertPr { .. } => ActionKind::RevertPr,
            Self::MergePr { .. } => ActionKind::MergePr,
            Self::ClosePr { .. } => ActionKind::ClosePr,
        }
    }

    /// What it does to `object`, as the words on the Approve button: `roll back checkout to
    /// revision 4`.
    pub fn describe(&self, object: &ObjectRef) -> String {
        let name = &object.name;
        match self {
            Self::RolloutUndo { to_revision } => {
                format!("roll back {name} to revision {to_revision}")
            }
            Self::RolloutRestart => format!("restart {name}"),
            Self::Scale { replicas } => format!("scale {name} to {replicas} replicas"),
            Self::SetImage { container, image } => {
                format!("set the image of {container} in {name} to {image}")
            }
            Self::SetResources { container, limits, .. } => {
                let limits: Vec<_> = limits.iter().map(|(k, v)| format!("{k} {v}")).collect();
                format!("set the limits of {container} in {name} to {}", limits.join(", "))
            }
            Self::DeletePod => format!("delete pod {name}"),
            Self::Cordon => format!("let node {name} take no new pods"),
            Self::Uncordon => format!("let node {name} take pods again"),
            Self::SetHpaBounds { min, max } => {
                format!("let autoscaler {name} choose between {min} and {max} replicas")
            }
            Self::SetConfigKey { key, value: ConfigValue::Text { .. } } => {
                format!("set {key} in ConfigMap {name}")
            }
            Self::SetConfigKey { key, value: ConfigValue::Before { .. } } => {
                format!("put {key} in ConfigMap {name} back")
            }
            Self::RerunJob => format!("run Job {name} again"),
            Self::RevertPr { commit, pull, branch } => {
                let what = match pull {
                    Some(number) => format!("pull request #{number}"),
                    None => format!("commit {}", clip(commit, 7).trim_end_matches('…')),
                };
                format!("open a pull request that reverts {what} on {branch} of {name}")
            }
            Self::MergePr { .. } => format!("merge that revert in {name}"),
            Self::ClosePr { .. } => format!("close that pull request in {name}"),
        }
    }
}

/// The kinds of the catalogue without their arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActionKind {
    /// See [`ActionCall::RolloutUndo`].
    RolloutUndo,
    /// See [`ActionCall::RolloutRestart`].
    RolloutRestart,
    /// See [`ActionCall::Scale`].
    Scale,
    /// See [`ActionCall::SetImage`].
    SetImage,
    /// See [`ActionCall::SetResources`].
    SetResources,
    /// See [`ActionCall::DeletePod`].
    DeletePod,
    /// See [`ActionCall::Cordon`].
    Cordon,
    /// See [`ActionCall::Uncordon`].
    Uncordon,
    /// See [`ActionCall::SetHpaBounds`].
    SetHpaBounds,
    /// See [`ActionCall::SetConfigKey`].
    SetConfigKey,
    /// See [`ActionCall::RerunJob`].
    RerunJob,
    /// See [`ActionCall::RevertPr`].
    RevertPr,
    /// See [`ActionCall::MergePr`].
    MergePr,
    /// See [`ActionCall::ClosePr`].
    ClosePr,
}

impl ActionKind {
    /// The whole catalogue.
    pub const ALL: [Self; 14] = [
        Self::RolloutUndo,
        Self::RolloutRestart,
        Self::Scale,
        Self::SetImage,
        Self::SetResources,
        Self::DeletePod,
        Self::Cordon,
        Self::Uncordon,
        Self::SetHpaBounds,
        Self::SetConfigKey,
        Self::RerunJob,
        Self::RevertPr,
        Self::MergePr,
        Self::ClosePr,
    ];

    /// The name used in policies, allow-lists and JSON; also the name of the MCP tool.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RolloutUndo => "rollout_undo",
            Self::RolloutRestart => "rollout_restart",
            Self::Scale => "scale",
            Self::SetImage => "set_image",
            Self::SetResources => "set_resources",
            Self::DeletePod => "delete_pod",
            Self::Cordon => "cordon",
            Self::Uncordon => "uncordon",
            Self::SetHpaBounds => "set_hpa_bounds",
            Self::SetConfigKey => "set_config_key",
            Self::RerunJob => "rerun_job",
            Self::RevertPr => "revert_pr",
            Self::MergePr => "merge_pr",
            Self::ClosePr => "close_pr",
        }
    }

    /// Whether it changes code at its host, and nothing in a cluster by itself.
    pub fn is_code(self) -> bool {
        matches!(self, Self::RevertPr | Self::MergePr | Self::ClosePr)
    }
}

/// How far a planned action has come. Transitions consume the value and refuse what is illegal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActionProgress {
    /// In the plan, not begun.
    Planned,
    /// The journal says it is about to be written; whether it was is not known yet.
    Intended,
    /// The cluster accepted it.
    Applied {
        /// What the cluster said.
        note: String,
    },
    /// The cluster refused it, or it was never sent.
    Failed {
        /// Why.
        error: String,
    },
    /// Whether it was applied cannot be told: a person must look.
    Unknown {
        /// Both views.
        note: String,
    },
    /// The journal says its undo is about to be written.
    UndoIntended,
    /// It was undone.
    Undone {
        /// What the cluster said.
        note: String,
    },
    /// It could not be undone.
    UndoFailed {
        /// Why.
        error: String,
    },
}

/// A step of an action's life that is not possible from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an action that is {from} cannot become {to}")]
pub struct InvalidProgress {
    /// Where it stands.
    pub from: &'static str,
    /// Where it was asked to go.
    pub to: &'static str,
}

impl ActionProgress {
    /// The name of the state.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Intended => "intended",
            Self::Applied { .. } => "applied",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::UndoIntended => "undo intended",
            Self::Undone { .. } => "undone",
            Self::UndoFailed { .. } => "undo failed",
        }
    }

    /// Goes to `to`, if that may follow.
    pub fn advance(self, to: Self) -> Result<Self, InvalidProgress> {
        use ActionProgress as P;
        let legal = match (&self, &to) {
            // `Intended → Planned`: reconciliation read the world and found it was not applied.
            // `UndoIntended → Applied`: likewise, the undo was not applied.
            (P::Planned, P::Intended | P::Failed { .. })
            | (
                P::Intended,
                P::Applied { .. } | P::Failed { .. } | P::Unknown { .. } | P::Planned,
            )
            | (P::Applied { .. }, P::UndoIntended)
            | (
                P::UndoIntended,
                P::Undone { .. } | P::UndoFailed { .. } | P::Unknown { .. } | P::Applied { .. },
            ) => true,
            _ => false,
        };
        if legal { Ok(to) } else { Err(InvalidProgress { from: self.as_str(), to: to.as_str() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<ActionProgress> {
        use ActionProgress as P;
        let s = String::new;
        vec![
            P::Planned,
            P::Intended,
            P::Applied { note: s() },
            P::Failed { error: s() },
            P::Unknown { note: s() },
            P::UndoIntended,
            P::Undone { note: s() },
            P::UndoFailed { error: s() },
        ]
    }

    #[test]
    fn exactly_the_documented_transitions_are_legal() {
        let mut legal = Vec::new();
        for from in all() {
            for to in all() {
                let (a, b) = (from.as_str(), to.as_str());
                if from.clone().advance(to).is_ok() {
                    legal.push(format!("{a} -> {b}"));
                }
            }
        }
        assert_eq!(
            legal,
            [
                "planned -> intended",
                "planned -> failed",
                "intended -> planned",
                "intended -> applied",
                "intended -> failed",
                "intended -> unknown",
                "applied -> undo intended",
                "undo intended -> applied",
                "undo intended -> unknown",
                "undo intended -> undone",
                "undo intended -> undo failed",
            ]
        );
    }
}
