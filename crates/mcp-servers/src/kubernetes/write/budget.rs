//! What a disruption budget has to say about a pod. Deleting asks none, as evicting does; so it is asked here. Unlike an
//! eviction that does not count: of two pods that are deleted in the same moment both may go where one may.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetStatus};
use kube::api::ListParams;

use crate::failure::failure;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::collection;
use crate::kubernetes::view::pod::ready;
use crate::kubernetes::view::selector;

/// Refuses to delete a pod that serves while a budget allows no disruption. A pod that isn't ready is missing already.
pub(super) async fn check_budgets(
    kube: &Kube,
    namespace: &str,
    pod: &Pod,
) -> Result<(), ToolFailure> {
    if ready(pod) != Some(true) {
        return Ok(());
    }
    let path = collection::<PodDisruptionBudget>(namespace)?;
    let (budgets, _) = kube.list_whole::<PodDisruptionBudget>(path, ListParams::default()).await?;
    let Some(shut) = budgets.iter().find(|budget| protects(budget, pod) && !allows(budget)) else {
        return Ok(());
    };
    Err(failure(
        codes::KUBERNETES_INVALID,
        format!(
            "the pod is ready, and the disruption budget {} allows none of its pods to go now",
            shut.metadata.name.as_deref().unwrap_or_default()
        ),
        "Wait until more of its pods are ready (list_pdbs tells), or ask the budget's owner.",
    ))
}

/// In `policy/v1` an empty selector selects every pod, and no selector none.
fn protects(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    let labels = pod.metadata.labels.clone().unwrap_or_default();
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    selector.is_some_and(|selector| selector::fits(selector, &labels))
}

/// Until its controller has counted, a budget allows nothing, as for evictions.
fn allows(budget: &PodDisruptionBudget) -> bool {
    let current = budget.metadata.generation.unwrap_or(0);
    let counted = |status: &&PodDisruptionBudgetStatus| {
        status.observed_generation.is_some_and(|seen| seen >= current)
    };
    let status = budget.status.as_ref().filter(counted);
    status.is_some_and(|status| status.disruptions_allowed.is_some_and(|allowed| allowed > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn shuts(selector: &Value, status: &Value) -> bool {
        let budget = json!({"metadata": {"name": "web", "generation": 1}, "spec": {"selector": selector}, "status": status});
        let budget = serde_json::from_value(budget).unwrap();
        let pod = json!({"metadata": {"labels": {"app": "web"}}});
        protects(&budget, &serde_json::from_value(pod).unwrap()) && !allows(&budget)
    }

    #[test]
    fn a_budget_counts_when_it_is_the_pod_s_and_allows_nothing() {
        let none = json!({"observedGeneration": 1, "disruptionsAllowed": 0});
        let one = json!({"observedGeneration": 1, "disruptionsAllowed": 1});
        let web = json!({"matchLabels": {"app": "web"}});
        assert!(shuts(&web, &none));
        assert!(shuts(&json!({}), &none), "every pod");
        assert!(shuts(&web, &Value::Null), "not counted yet");
        assert!(!shuts(&web, &one));
        let former = json!({"observedGeneration": 0, "disruptionsAllowed": 1});
        assert!(shuts(&web, &former), "of a budget as it was before");
        assert!(!shuts(&json!({"matchLabels": {"app": "db"}}), &none));
        assert!(!shuts(&Value::Null, &none), "no pod");
    }
}
