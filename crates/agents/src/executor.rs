//! The Executor: typed calls in, typed outcomes out. No model is in this path and nothing here
//! decides anything.

use std::{collections::BTreeMap, time::Duration};

pub use evenkeel_domain::write::{Found, Written};
use evenkeel_domain::{
    action::ActionCall,
    evidence::{Agent, ToolFailure},
    id::ActionId,
    object::ObjectKind,
    plan::Target,
};
use evenkeel_tools::{
    ToolArguments,
    failure::codes,
    github,
    kubernetes::{
        DeletePodArgs, FindActionArgs, ObjectKind as ToolObjectKind, RolloutRestartArgs,
        RolloutUndoArgs, ScaleArgs, SetImageArgs, SetResourcesArgs, WorkloadKind, WriteResult,
    },
};
use serde_json::Value;

use crate::bench::{Bench, Interrupted, ask};

mod code;

/// One write as the tools take it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The MCP server.
    pub server: &'static str,
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
}

/// The call that performs `call` on `target`, stamped `stamp`. Guards are those of the target:
/// its uid, and its generation where it has one.
pub fn arguments(
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
    dry_run: bool,
) -> Result<ToolCall, serde_json::Error> {
    if call.kind().is_code() {
        return code::arguments(call, target, stamp, dry_run);
    }
    let namespace = target.object.namespace.clone();
    let name = target.object.name.clone();
    let action_id = stamp.to_string();
    let expected_uid = Some(target.uid.clone());
    let expected_generation = target.generation;
    let kind = WorkloadKind::Deployment;
    match call {
        ActionCall::RolloutUndo { to_revision } => tool_call(&RolloutUndoArgs {
            namespace,
            name,
            kind,
            to_revision: i64::try_from(*to_revision).unwrap_or(i64::MAX),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::RolloutRestart => tool_call(&RolloutRestartArgs {
            namespace,
            name,
            kind,
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::Scale { replicas } => tool_call(&ScaleArgs {
            namespace,
            name,
            kind,
            replicas: *replicas,
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::SetImage { container, image } => tool_call(&SetImageArgs {
            namespace,
            name,
            kind,
            container: container.clone(),
            image: image.clone(),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::SetResources { container, limits, requests } => tool_call(&SetResourcesArgs {
            namespace,
            name,
            kind,
            container: container.clone(),
            limits: wanted(limits),
            requests: wanted(requests),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::DeletePod => tool_call(&DeletePodArgs {
            namespace,
            name,
            action_id,
            dry_run,
            expected_uid,
            expected_generation: None,
        }),
        ActionCall::RevertPr { .. } | ActionCall::MergePr { .. } | ActionCall::ClosePr { .. } => {
            unreachable!("calls that change code were handed on above")
        }
    }
}

fn wanted(resources: &BTreeMap<String, String>) -> BTreeMap<String, Option<String>> {
    resources.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect()
}

fn tool_call<A: ToolArguments>(arguments: &A) -> Result<ToolCall, serde_json::Error> {
    Ok(ToolCall { server: A::SERVER, tool: A::NAME, arguments: serde_json::to_value(arguments)? })
}

/// Sends exactly this write, once.
pub async fn write(
    bench: &dyn Bench,
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
) -> Result<Written, Interrupted> {
    let ToolCall { server, tool, arguments } =
        arguments(call, target, stamp, false).map_err(|e| Interrupted(Box::new(e)))?;
    let called = bench.call(Agent::Executor, server, tool, arguments).await?;
    Ok(match called.answer {
        Ok(value) if server == github::SERVER => code::written(value),
        Ok(value) => match serde_json::from_value::<WriteResult>(value) {
            Ok(result) if result.applied || result.already_applied => Written::Applied {
                note: applied_note(&result),
                generation: result.object.generation_after,
            },
            Ok(_) => {
                Written::Uncertain("the server answered without saying that it applied it".into())
            }
            Err(_) => Written::Uncertain("the server answered in an unknown form".into()),
        },
        Err(failure) => from_failure(&failure),
    })
}

fn applied_note(result: &WriteResult) -> String {
    let generation = result
        .object
        .generation_after
        .map_or_else(String::new, |generation| format!(", now generation {generation}"));
    let again = if result.already_applied { " (it had been applied before)" } else { "" };
    format!(
        "{} {}/{} changed{generation}{again}",
        result.object.kind, result.object.namespace, result.object.name
    )
}

/// What a failed write says about the world. Only refusals that the API server, or our own
/// client before sending, states plainly count as "nothing changed"; everything else, a time-out
/// above all, is uncertain and must be looked up.
fn from_failure(failure: &ToolFailure) -> Written {
    let text = failure.to_string();
    match failure.code.as_str() {
        codes::KUBERNETES_DRIFTED
        | codes::KUBERNETES_CONFLICT
        | codes::KUBERNETES_NOT_FOUND
        | codes::GITHUB_DRIFTED
        | codes::GITHUB_CONFLICT
        | codes::GITHUB_NOT_FOUND => Written::Drifted(text),
        // The API server's own limits refuse before anything is done.
        codes::KUBERNETES_BUSY | codes::GITHUB_BUSY => Written::Busy {
            note: text,
            after: Duration::from_secs(failure.retry_after_s.unwrap_or(1).into()),
        },
        codes::KUBERNETES_UNAUTHORIZED
        | codes::KUBERNETES_FORBIDDEN
        | codes::KUBERNETES_INVALID
        | codes::KUBERNETES_NO_SUCH_PART
        | codes::KUBERNETES_CONFIG
        | codes::GITHUB_UNAUTHORIZED
        | codes::GITHUB_FORBIDDEN
        | codes::GITHUB_NOT_ALLOWED
        | codes::GITHUB_PROTECTED
        | codes::GITHUB_INVALID
        | codes::GITHUB_TOO_LARGE
        | codes::GITHUB_CONFIG
        | codes::BAD_ARGUMENTS
        | "mcp.denied"
        | "mcp.unknown_tool" => Written::Refused(text),
        _ => Written::Uncertain(text),
    }
}

/// Looks in the world for a write that may have been applied: by the stamp on the object, or,
/// for a deleted pod, by its uid.
pub async fn find(
    bench: &dyn Bench,
    target: &Target,
    stamp: ActionId,
) -> Result<Found, Interrupted> {
    let kind = match target.object.kind {
        ObjectKind::Deployment => ToolObjectKind::Deployment,
        ObjectKind::Pod => ToolObjectKind::Pod,
        ObjectKind::Repository => return code::find(bench, target, stamp).await,
        other => {
            return Ok(Found::CannotTell(format!("a {} carries no stamp", other.as_str())));
        }
    };
    let asked = ask(
        bench,
        Agent::Executor,
        &FindActionArgs {
            kind,
            namespace: target.object.namespace.clone(),
            name: target.object.name.clone(),
            action_id: stamp.to_string(),
            uid: Some(target.uid.clone()),
        },
    )
    .await?;
    Ok(match asked {
        Ok(answer) if answer.value.applied => Found::Applied {
            note: format!("{} carries the stamp of this action", target.object),
            generation: answer.value.generation,
        },
        Ok(answer) if answer.value.exists => Found::NotApplied(format!(
            "{} exists and does not carry the stamp of this action",
            target.object
        )),
        Ok(_) => Found::CannotTell(format!("{} no longer exists", target.object)),
        Err(missed) => Found::CannotTell(missed.failure.to_string()),
    })
}

/// Reads whether the target is still what a plan was made for: the same object at the same
/// generation. `Some` says what changed.
pub async fn present(
    bench: &dyn Bench,
    agent: Agent,
    target: &Target,
) -> Result<Result<Option<String>, ToolFailure>, Interrupted> {
    let object = &target.object;
    let kind = match object.kind {
        ObjectKind::Deployment => ToolObjectKind::Deployment,
        ObjectKind::Pod => ToolObjectKind::Pod,
        ObjectKind::Repository => return code::present(bench, agent, target).await,
        other => {
            let kind = other.as_str();
            return Ok(Ok(Some(format!("{object} is a {kind}, which no action is for"))));
        }
    };
    let args = FindActionArgs {
        kind,
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        // No action carries this id: only what exists is asked.
        action_id: "none".into(),
        uid: None,
    };
    let found = match ask(bench, agent, &args).await? {
        Ok(answer) => answer.value,
        Err(missed) => return Ok(Err(missed.failure)),
    };
    Ok(Ok(match (found.uid, found.generation) {
        (None, _) => Some(format!("{object} no longer exists")),
        (Some(uid), _) if uid != target.uid => {
            Some(format!("{object} was deleted and made anew since the plan was made"))
        }
        (_, now) if target.generation.is_some() && now != target.generation => Some(format!(
            "{object} was changed since the plan was made (generation {} then, {} now)",
            target.generation.unwrap_or_default(),
            now.map_or_else(|| "unknown".to_owned(), |g| g.to_string())
        )),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: &str) -> ToolFailure {
        ToolFailure { code: code.into(), message: "m".into(), next: None, retry_after_s: None }
    }

    #[test]
    fn i2_a_time_out_is_never_taken_for_a_refusal() {
        for code in [
            codes::KUBERNETES_TIMEOUT,
            codes::TIMEOUT,
            codes::KUBERNETES_FAILED,
            "mcp.timed_out",
            "mcp.unreachable",
            "anything",
        ] {
            assert!(matches!(from_failure(&failure(code)), Written::Uncertain(_)), "{code}");
        }
        for code in [codes::GITHUB_TIMEOUT, codes::GITHUB_UNREACHABLE, codes::GITHUB_FAILED] {
            assert!(matches!(from_failure(&failure(code)), Written::Uncertain(_)), "{code}");
        }
        for code in [
            codes::KUBERNETES_FORBIDDEN,
            codes::KUBERNETES_INVALID,
            codes::GITHUB_PROTECTED,
            "mcp.denied",
        ] {
            assert!(matches!(from_failure(&failure(code)), Written::Refused(_)), "{code}");
        }
        assert!(matches!(from_failure(&failure(codes::KUBERNETES_DRIFTED)), Written::Drifted(_)));
    }

    #[test]
    fn i2_a_busy_api_server_has_done_nothing_and_says_when_to_come_again() {
        let busy = ToolFailure { retry_after_s: Some(7), ..failure(codes::KUBERNETES_BUSY) };
        let Written::Busy { after, .. } = from_failure(&busy) else { panic!("it is no refusal") };
        assert_eq!(after, Duration::from_secs(7));
    }
}
