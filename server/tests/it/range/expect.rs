//! What is to be found for each fault.

use serde_json::Value;

pub struct Expect {
    pub fault: &'static str,
    /// The Deployment at fault.
    pub deployment: &'static str,
    pub cause: &'static str,
    pub action: &'static str,
}

const fn expect(
    fault: &'static str,
    deployment: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Expect {
    Expect { fault, deployment, cause, action }
}

pub const EXPECTATIONS: [Expect; 8] = [
    expect("bad-release", "checkout", "bad_rollout", "rollout_undo"),
    expect("crash-at-start", "checkout", "crash_loop", "rollout_undo"),
    expect("memory-leak", "checkout", "oom_kill", "rollout_undo"),
    expect("missing-image", "checkout", "image_pull_failure", "rollout_undo"),
    expect("missing-configmap", "checkout", "missing_config", "rollout_undo"),
    expect("failing-readiness", "checkout", "probe_failure", "rollout_undo"),
    expect("slow-dependency", "inventory", "bad_rollout", "rollout_undo"),
    expect("load-spike", "checkout", "overload", "scale"),
];

impl Expect {
    /// What is wrong with the diagnosis and the plan of an incident, if anything is.
    pub fn complaints(&self, view: &Value) -> Vec<String> {
        let first = &view["hypotheses"][0];
        let object = format!(
            "{}/{}/{}",
            text(&first["object"]["kind"]),
            text(&first["object"]["namespace"]),
            text(&first["object"]["name"])
        );
        let actions: Vec<_> = view["plan"]["actions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|a| text(&a["kind"]))
            .collect();
        let mut wrong = Vec::new();
        let mut must = |what: &str, seen: String, wanted: String| {
            if seen != wanted {
                wrong.push(format!("{}: {what} is {seen}, not {wanted}", self.fault));
            }
        };
        must("the object", object, format!("Deployment/shop/{}", self.deployment));
        must("the cause", text(&first["cause"]), self.cause.to_owned());
        must("the plan", actions.join(", "), self.action.to_owned());
        must(
            "the target",
            text(&view["plan"]["actions"][0]["target"]["object"]["name"]),
            self.deployment.to_owned(),
        );
        let claims = first["claims"].as_array().cloned().unwrap_or_default();
        let supported = claims.iter().filter(|claim| claim["status"] == "supported");
        let cited = supported.clone().flat_map(|c| c["citations"].as_array().unwrap()).count();
        if claims.is_empty() || supported.count() != claims.len() || cited < claims.len() {
            wrong.push(format!("{}: not every claim is supported: {claims:?}", self.fault));
        }
        wrong.extend(self.unknown_evidence(view, &claims));
        let action = &view["plan"]["actions"][0];
        if text(&action["diff"]).is_empty() || action["undo"]["kind"] != "by" {
            wrong.push(format!("{}: a plan without diff or undo: {action}", self.fault));
        }
        if action["decision"] != "needs_approval"
            || action["reasons"].as_array().is_none_or(Vec::is_empty)
        {
            wrong.push(format!("{}: the policy did not ask for a person: {action}", self.fault));
        }
        if view["plan"]["predicates"].as_array().is_none_or(Vec::is_empty) {
            wrong.push(format!("{}: nothing is to be verified", self.fault));
        }
        wrong
    }

    /// Citations of evidence that the incident does not hold.
    fn unknown_evidence(&self, view: &Value, claims: &[Value]) -> Vec<String> {
        let known: Vec<_> = view["evidence"].as_array().unwrap().iter().map(|e| &e["id"]).collect();
        let cited =
            claims.iter().flat_map(|c| c["citations"].as_array().unwrap()).map(|c| &c["evidence"]);
        cited
            .filter(|id| !known.contains(id))
            .map(|id| format!("{}: evidence {id} is cited and not there", self.fault))
            .collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
