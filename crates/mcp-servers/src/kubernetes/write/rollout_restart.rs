//! `rollout_restart`: what `kubectl rollout restart` does.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{RolloutRestartArgs, Undo, WriteResult};
use serde_json::json;

use super::apply::{Change, apply, check_running};
use super::report::summary;
use crate::clock::now;
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// The annotation kubectl uses, so that its users see what happened.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// The tool.
pub(in crate::kubernetes) struct RolloutRestart;

impl Tool<Kube> for RolloutRestart {
    type Args = RolloutRestartArgs;
    const TITLE: &'static str = "Restart a workload";
    const DESCRIPTION: &'static str = "Replaces all pods of a Deployment, StatefulSet or DaemonSet by its strategy, as kubectl rollout restart.";

    async fn call(kube: &Kube, args: RolloutRestartArgs) -> Result<WriteResult, ToolFailure> {
        let now = now().to_string();
        apply(kube, &args, |object| {
            check_running(object, &args.name)?;
            object["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT] = json!(now);
            let reason = "a restart changes nothing that could be put back".to_owned();
            Ok(Change { undo: Undo::None { reason } })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}
