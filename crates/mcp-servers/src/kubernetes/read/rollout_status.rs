//! `rollout_status`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{RolloutState, RolloutStatus, RolloutStatusArgs, WorkloadKind};
use k8s_openapi::api::apps::v1::Deployment;

use super::rollout_sets::rollout;
use crate::kubernetes::client::Kube;
use crate::kubernetes::kind;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::workload;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct RolloutStatusTool;

impl Tool<Kube> for RolloutStatusTool {
    type Args = RolloutStatusArgs;
    const TITLE: &'static str = "Rollout status";
    const DESCRIPTION: &'static str =
        "Whether a rollout is complete, progressing or failed, by kubectl's rules.";

    async fn call(kube: &Kube, args: RolloutStatusArgs) -> Result<RolloutStatus, ToolFailure> {
        check(&format!("{} name", args.kind.as_str()), &args.name)?;
        if args.kind != WorkloadKind::Deployment {
            let path = kind::path(args.kind.into(), &args.namespace)?;
            return Ok(rollout(args.kind, &kube.get(path, &args.name).await?));
        }
        let deployment: Deployment =
            kube.get(collection::<Deployment>(&args.namespace)?, &args.name).await?;
        Ok(status(&deployment))
    }

    fn summary(status: &RolloutStatus) -> String {
        status.message.clone()
    }
}

fn status(deployment: &Deployment) -> RolloutStatus {
    let replicas = workload::replicas(deployment);
    let generation = deployment.metadata.generation.unwrap_or(0);
    let observed_generation =
        deployment.status.as_ref().and_then(|status| status.observed_generation);
    let conditions = workload::conditions(deployment.status.as_ref());
    let overdue = conditions.iter().any(|c| {
        c.kind == "Progressing" && c.reason.as_deref() == Some("ProgressDeadlineExceeded")
    });
    let refused = conditions.iter().find(|c| c.kind == "ReplicaFailure" && c.status == Some(true));
    let (state, message) = if observed_generation.unwrap_or(0) < generation {
        (RolloutState::Progressing, "The controller hasn't seen the newest spec yet.".to_owned())
    } else if overdue {
        (RolloutState::Failed, "The rollout made no progress within its deadline.".to_owned())
    } else if let Some(refused) = refused {
        // kubectl waits in silence here: a quota or an admission rule that may yet give way.
        let why = refused.message.as_deref().or(refused.reason.as_deref()).unwrap_or("no reason");
        (RolloutState::Progressing, format!("New pods can't be created: {why}"))
    } else if replicas.updated < replicas.desired {
        let message = format!("{} of {} new replicas exist.", replicas.updated, replicas.desired);
        (RolloutState::Progressing, message)
    } else if replicas.current > replicas.updated {
        let message =
            format!("{} old replicas are still to go.", replicas.current - replicas.updated);
        (RolloutState::Progressing, message)
    } else if replicas.available < replicas.updated {
        let message =
            format!("{} of {} new replicas are available.", replicas.available, replicas.updated);
        (RolloutState::Progressing, message)
    } else {
        (
            RolloutState::Complete,
            format!("All {} replicas are new and available.", replicas.desired),
        )
    };
    RolloutStatus {
        state,
        message,
        replicas,
        revision: workload::revision_number(&deployment.metadata),
        generation,
        observed_generation,
        paused: deployment.spec.paused.unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::status;
    use evenkeel_tools::kubernetes::RolloutState;
    use serde_json::{Value, json};

    fn state(generation: i64, status_value: Value) -> RolloutState {
        let deployment = json!({"metadata": {"generation": generation},
            "spec": {"replicas": 3, "selector": {}, "template": {}}, "status": status_value});
        status(&serde_json::from_value(deployment).unwrap()).state
    }

    #[test]
    fn follows_kubectl() {
        let full = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3});
        assert_eq!(state(2, full.clone()), RolloutState::Complete);
        assert_eq!(state(3, full.clone()), RolloutState::Progressing);
        let with = |key: &str, value: Value| {
            let mut status = full.clone();
            status[key] = value;
            status
        };
        assert_eq!(state(2, with("updatedReplicas", json!(1))), RolloutState::Progressing);
        assert_eq!(state(2, with("replicas", json!(4))), RolloutState::Progressing);
        assert_eq!(state(2, with("availableReplicas", json!(2))), RolloutState::Progressing);
        let overdue = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
        assert_eq!(state(2, with("conditions", overdue)), RolloutState::Failed);
        let refused =
            json!([{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]);
        assert_eq!(state(2, with("conditions", refused)), RolloutState::Progressing);
    }
}
