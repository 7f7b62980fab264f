//! The Executor: typed calls in, typed outcomes out. No model is in this path and nothing here
//! decides anything.

mod arguments;
mod code;

use std::time::Duration;

pub use arguments::{ToolCall, Unsendable, arguments};
pub use evenkeel_domain::write::{Found, Written};
use evenkeel_domain::{
    action::ActionCall,
    evidence::{Agent, ToolFailure},
    id::ActionId,
    object::ObjectKind,
    plan::Target,
};
use evenkeel_tools::{
    failure::codes,
    github,
    kubernetes::{FindActionArgs, FoundAction, ObjectKind as ToolObjectKind, WriteResult},
};

use crate::bench::{Bench, Interrupted, ask};

/// Sends exactly this write, once.
pub async fn write(
    bench: &dyn Bench,
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
) -> Result<Written, Interrupted> {
    let ToolCall { server, tool, arguments } = match arguments(call, target, stamp, false) {
        Ok(call) => call,
        Err(unfit @ Unsendable::Unfit { .. }) => return Ok(Written::Refused(unfit.to_string())),
        Err(other) => return Err(Interrupted(Box::new(other))),
    };
    let called = bench.call(Agent::Executor, server, tool, arguments).await?;
    Ok(match called.answer {
        Ok(value) if server == github::SERVER => code::written(value),
        Ok(value) => match serde_json::from_value::<WriteResult>(value) {
            Ok(result) if result.applied || result.already_applied => Written::Applied {
                note: applied_note(&result),
                // Applied before: it may have been changed since, by somebody else.
                generation: result
                    .object
                    .generation_after
                    .filter(|now| result.applied || is_ours(target, *now)),
            },
            Ok(_) => {
                Written::Uncertain("the server answered without saying that it applied it".into())
            }
            Err(_) => Written::Uncertain("the server answered in an unknown form".into()),
        },
        Err(failure) => from_failure(&failure),
    })
}

/// Whether a version is the one that our write made. A later one is somebody else's, and taking ours back must meet it
/// as a change and not as what was expected.
fn is_ours(target: &Target, now: i64) -> bool {
    target.generation.is_none_or(|before| now <= before.saturating_add(1))
}

fn applied_note(result: &WriteResult) -> String {
    let object = &result.object;
    // Only what replaces pods counts generations that mean something to people.
    let generation = object
        .generation_after
        .filter(|_| matches!(object.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet"))
        .map_or_else(String::new, |generation| format!(", now generation {generation}"));
    let again = if result.already_applied { " (it had been applied before)" } else { "" };
    let done = if object.kind == "Job" { "run again, as a copy" } else { "changed" };
    let place = if object.namespace.is_empty() {
        object.name.clone()
    } else {
        format!("{}/{}", object.namespace, object.name)
    };
    format!("{} {place} {done}{generation}{again}", object.kind)
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
        | codes::KUBERNETES_PROTECTED
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
    if target.object.kind == ObjectKind::Repository {
        return code::find(bench, target, stamp).await;
    }
    let Some(kind) = tool_kind(target.object.kind) else {
        return Ok(Found::CannotTell(format!(
            "a {} carries no stamp",
            target.object.kind.as_str()
        )));
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
            generation: answer.value.generation.filter(|now| is_ours(target, *now)),
        },
        Ok(answer) if answer.value.exists => Found::NotApplied(format!(
            "{} exists and does not carry the stamp of this action",
            target.object
        )),
        Ok(_) => Found::CannotTell(format!("{} no longer exists", target.object)),
        Err(missed) => Found::CannotTell(missed.failure.to_string()),
    })
}

/// The kind as the cluster's tools name it; `None` for one that no action in a cluster is for.
pub fn tool_kind(kind: ObjectKind) -> Option<ToolObjectKind> {
    Some(match kind {
        ObjectKind::Deployment => ToolObjectKind::Deployment,
        ObjectKind::StatefulSet => ToolObjectKind::StatefulSet,
        ObjectKind::DaemonSet => ToolObjectKind::DaemonSet,
        ObjectKind::Pod => ToolObjectKind::Pod,
        ObjectKind::Node => ToolObjectKind::Node,
        ObjectKind::HorizontalPodAutoscaler => ToolObjectKind::HorizontalPodAutoscaler,
        ObjectKind::ConfigMap => ToolObjectKind::ConfigMap,
        ObjectKind::Job => ToolObjectKind::Job,
        ObjectKind::ReplicaSet
        | ObjectKind::Service
        | ObjectKind::Secret
        | ObjectKind::Namespace
        | ObjectKind::PersistentVolumeClaim
        | ObjectKind::ResourceQuota
        | ObjectKind::Cluster
        | ObjectKind::Repository => return None,
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
    if object.kind == ObjectKind::Repository {
        return code::present(bench, agent, target).await;
    }
    let Some(kind) = tool_kind(object.kind) else {
        let kind = object.kind.as_str();
        return Ok(Ok(Some(format!("{object} is a {kind}, which no action is for"))));
    };
    let args = FindActionArgs {
        kind,
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        // No action carries this id: only what exists is asked.
        action_id: "none".into(),
        // A pod's successor may have its name.
        uid: (object.kind == ObjectKind::Pod).then(|| target.uid.clone()),
    };
    let found: FoundAction = match ask(bench, agent, &args).await? {
        Ok(answer) => answer.value,
        Err(missed) => return Ok(Err(missed.failure)),
    };
    Ok(Ok(match (found.uid, found.generation) {
        (None, _) => Some(format!("{object} no longer exists")),
        (Some(uid), _) if uid != target.uid => {
            Some(format!("{object} was deleted and made anew since the plan was made"))
        }
        (_, now) if target.generation.is_some() && now != target.generation => {
            Some(changed(target, now))
        }
        _ => None,
    }))
}

/// For kinds without a generation, the version is a fingerprint that tells people nothing.
fn changed(target: &Target, now: Option<i64>) -> String {
    let object = &target.object;
    let text = format!("{object} was changed since the plan was made");
    if matches!(
        object.kind,
        ObjectKind::Node | ObjectKind::HorizontalPodAutoscaler | ObjectKind::ConfigMap
    ) {
        return text;
    }
    let then = target.generation.unwrap_or_default();
    let now = now.map_or_else(|| "unknown".to_owned(), |g| g.to_string());
    format!("{text} (generation {then} then, {now} now)")
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
