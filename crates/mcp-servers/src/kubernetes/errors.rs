//! What the API server's answers mean, as tool failures.

use std::time::Duration;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use crate::failure::failure;
use crate::text::{clip, printable};

/// The part of a `metav1.Status` that is read.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    message: Option<String>,
    details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Details {
    retry_after_seconds: Option<u32>,
}

/// Without a word from the API server: a second, which is what its own limits say.
const RETRY_AFTER_S: u32 = 1;

/// An answer that isn't a success.
pub(super) fn status(
    what: &str,
    code: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> ToolFailure {
    let said: Status = serde_json::from_slice(body).unwrap_or_default();
    let retry_after =
        headers.get(header::RETRY_AFTER).and_then(|text| text.to_str().ok()?.parse().ok());
    let retry_after = retry_after.or(said.details.and_then(|details| details.retry_after_seconds));
    let said = said.message.filter(|text| !text.is_empty()).unwrap_or_else(|| {
        // Not a Status: a proxy's page or garbage; its head is enough to recognise it.
        printable(&String::from_utf8_lossy(&body[..body.len().min(120)]))
    });
    let said = clip(&said, 800).0;
    match code {
        StatusCode::UNAUTHORIZED => failure(
            codes::KUBERNETES_UNAUTHORIZED,
            format!("the API server refused the credentials for {what}: {said}"),
            "Renew the token or certificate in the cluster's kubeconfig.",
        ),
        // What RBAC refuses reads `… User "x" cannot patch resource "deployments" …`. The rest is refused by admission:
        // policies, webhooks, quotas, a namespace that is going. More permissions would not help, and are not to be given.
        StatusCode::FORBIDDEN if is_missing_permission(&said) => failure(
            codes::KUBERNETES_FORBIDDEN,
            format!("{what} is forbidden: {said}"),
            "Grant the verb and resource named in the message to Evenkeel's account, or leave this out.",
        ),
        StatusCode::FORBIDDEN => failure(
            codes::KUBERNETES_INVALID,
            format!("a rule of the cluster refuses {what}: {said}"),
            "Ask whoever owns the policy, webhook or quota that the message names; no permission of Evenkeel's is missing.",
        ),
        StatusCode::NOT_FOUND => failure(
            codes::KUBERNETES_NOT_FOUND,
            format!("{what} doesn't exist: {said}"),
            "Check namespace and name; list what there is.",
        ),
        StatusCode::CONFLICT => failure(
            codes::KUBERNETES_CONFLICT,
            format!("{what} lost a race against another change: {said}"),
            "Read the object again and plan anew if it isn't the one you looked at.",
        ),
        StatusCode::GONE => failure(
            codes::KUBERNETES_EXPIRED,
            format!("the API server no longer knows where {what} stood: {said}"),
            "List again from the beginning, without `after`.",
        ),
        StatusCode::TOO_MANY_REQUESTS => ToolFailure {
            retry_after_s: Some(retry_after.unwrap_or(RETRY_AFTER_S)),
            ..failure(
                codes::KUBERNETES_BUSY,
                format!("the API server asks to slow down at {what}: {said}"),
                "Try again in some seconds.",
            )
        },
        StatusCode::BAD_REQUEST if said.contains("previous terminated container") => failure(
            codes::KUBERNETES_NO_SUCH_PART,
            format!("there is no previous run to read logs of: {said}"),
            "Read the current logs instead.",
        ),
        StatusCode::GATEWAY_TIMEOUT => failure(
            codes::KUBERNETES_TIMEOUT,
            format!("the API server gave up on {what}: {said}"),
            "Try again; check the load of the API server.",
        ),
        code if code.is_client_error() => failure(
            codes::KUBERNETES_INVALID,
            format!("the API server doesn't accept {what} ({code}): {said}"),
            "Correct what the message names.",
        ),
        code => failure(
            codes::KUBERNETES_FAILED,
            format!("the API server failed {what} ({code}): {said}"),
            "Check the health of the API server and try again.",
        ),
    }
}

/// Whether it is the answer of the API server's authorizers. An answer that says nothing is taken for one.
fn is_missing_permission(said: &str) -> bool {
    let admission = [
        "denied request",
        "exceeded quota",
        "is being terminated",
        "violates PodSecurity",
        "admission",
    ];
    said.contains(" cannot ") || !admission.iter().any(|word| said.contains(word))
}

/// No answer at all.
pub(super) fn transport(what: &str, error: &(dyn std::error::Error + 'static)) -> ToolFailure {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let cause = clip(&cause.to_string(), 300).0;
    failure(
        codes::KUBERNETES_UNREACHABLE,
        format!("no answer from the API server to {what}: {cause}"),
        "Check the address and CA in the cluster's kubeconfig, the network path, and whether the API server is up.",
    )
}

/// No answer in time.
pub(super) fn timeout(what: &str, limit: Duration) -> ToolFailure {
    failure(
        codes::KUBERNETES_TIMEOUT,
        format!("{what} wasn't answered within {} s", limit.as_secs_f32()),
        "Check the load of the API server; narrow the call.",
    )
}

/// More bytes than are read.
pub(super) fn too_large(what: &str, limit: usize) -> ToolFailure {
    failure(
        codes::KUBERNETES_TOO_LARGE,
        format!("the answer to {what} is larger than {limit} bytes"),
        "Narrow the call with a selector, a lower limit, or fewer log lines.",
    )
}

/// A request that can't be built from its arguments.
#[expect(clippy::needless_pass_by_value, reason = "passed to map_err by name")]
pub(super) fn unbuildable(error: kube::core::request::Error) -> ToolFailure {
    crate::failure::bad_arguments(format!("no request can be made of these arguments: {error}"))
}

/// There is no such thing inside the object.
pub(super) fn no_such_part(message: impl Into<String>, next: impl Into<String>) -> ToolFailure {
    failure(codes::KUBERNETES_NO_SUCH_PART, message, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_the_cluster_is_no_missing_permission() {
        let refused = |message: &str| {
            let body = serde_json::json!({"message": message}).to_string();
            status("patch web", StatusCode::FORBIDDEN, &HeaderMap::new(), body.as_bytes())
        };
        let missing = refused(
            "deployments.apps \"web\" is forbidden: User \"evenkeel\" cannot patch resource \"deployments\" in API group \"apps\"",
        );
        assert_eq!(missing.code, codes::KUBERNETES_FORBIDDEN);
        for rule in [
            "ValidatingAdmissionPolicy 'freeze' with binding 'all' denied request: change freeze",
            "admission webhook \"guard.example\" denied the request: no",
            "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\"",
            "unable to create new content in namespace shop because it is being terminated",
            "pods \"web\" is forbidden: exceeded quota: all",
        ] {
            let failure = refused(rule);
            assert_eq!(failure.code, codes::KUBERNETES_INVALID, "{rule}");
            assert!(!failure.next.contains("Grant"), "{}", failure.next);
        }
        assert_eq!(refused("no").code, codes::KUBERNETES_FORBIDDEN);
    }
}
