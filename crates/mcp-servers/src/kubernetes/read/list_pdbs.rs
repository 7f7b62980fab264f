//! `list_pdbs`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListPdbsArgs, Pdb, PdbList};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;

use super::related::events_of_named;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
use crate::kubernetes::view::{condition, int_or_string, selector};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListPdbs;

impl Tool<Kube> for ListPdbs {
    type Args = ListPdbsArgs;
    const TITLE: &'static str = "Disruption budgets";
    const DESCRIPTION: &'static str = "Lists pod disruption budgets with what they protect and how many evictions they \
        allow now. A budget that allows none keeps a node from being drained.";

    async fn call(kube: &Kube, args: ListPdbsArgs) -> Result<PdbList, ToolFailure> {
        let path = collection::<PodDisruptionBudget>(&args.namespace)?;
        let name = args.name.as_deref();
        let params = named_params("budget name", name, args.limit, args.after.as_deref())?;
        let page = kube.list::<PodDisruptionBudget>(path, &params).await?;
        let found = page.items.iter().filter(|pdb| is_asked(&pdb.metadata, name));
        let mut pdbs: Vec<_> = found.map(pdb).collect();
        pdbs.sort_by(|a, b| a.name.cmp(&b.name));
        let namespace = Some(args.namespace.as_str());
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, namespace, "PodDisruptionBudget", name, metas).await;
        Ok(PdbList { pdbs, truncated: page.truncated(), next: page.next(), events })
    }

    fn summary(list: &PdbList) -> String {
        let shut = list.pdbs.iter().filter(|pdb| pdb.disruptions_allowed == Some(0)).count();
        format!("{} disruption budgets, {shut} that allow no eviction.", list.pdbs.len())
    }
}

fn pdb(pdb: &PodDisruptionBudget) -> Pdb {
    let (spec, status) = (pdb.spec.as_ref(), pdb.status.as_ref());
    // Before the controller has looked, its numbers are zeros that nobody counted.
    let counted = status.filter(|status| status.observed_generation.is_some());
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    Pdb {
        name: pdb.metadata.name.clone().unwrap_or_default(),
        selector: spec.and_then(|spec| spec.selector.as_ref()).map(selector::text),
        min_available: spec.and_then(|spec| spec.min_available.as_ref()).map(int_or_string),
        max_unavailable: spec.and_then(|spec| spec.max_unavailable.as_ref()).map(int_or_string),
        disruptions_allowed: number(counted.and_then(|status| status.disruptions_allowed)),
        current_healthy: number(counted.and_then(|status| status.current_healthy)),
        desired_healthy: number(counted.and_then(|status| status.desired_healthy)),
        expected_pods: number(counted.and_then(|status| status.expected_pods)),
        conditions: status
            .and_then(|status| status.conditions.as_deref())
            .unwrap_or_default()
            .iter()
            .map(condition::shared)
            .collect(),
    }
}
