//! `list_pvcs`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListPvcsArgs, Pvc, PvcList};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, list_params};
use crate::kubernetes::view::{quantity, time};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListPvcs;

impl Tool<Kube> for ListPvcs {
    type Args = ListPvcsArgs;
    const TITLE: &'static str = "Volume claims";
    const DESCRIPTION: &'static str = "Lists persistent volume claims with phase, size and class.";

    async fn call(kube: &Kube, args: ListPvcsArgs) -> Result<PvcList, ToolFailure> {
        let path = collection::<PersistentVolumeClaim>(&args.namespace)?;
        let page = kube.list::<PersistentVolumeClaim>(path, &list_params(None, None)?).await?;
        let mut pvcs: Vec<_> = page.items.iter().map(pvc).collect();
        pvcs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(PvcList { pvcs, truncated: page.truncated() })
    }

    fn summary(list: &PvcList) -> String {
        let unbound = list.pvcs.iter().filter(|pvc| pvc.phase != "Bound").count();
        format!("{} claims, {unbound} not bound.", list.pvcs.len())
    }
}

fn pvc(claim: &PersistentVolumeClaim) -> Pvc {
    let spec = claim.spec.as_ref();
    let status = claim.status.as_ref();
    let requested = spec.and_then(|spec| spec.resources.as_ref()).and_then(|r| r.requests.as_ref());
    Pvc {
        name: claim.metadata.name.clone().unwrap_or_default(),
        phase: status
            .and_then(|status| status.phase.clone())
            .unwrap_or_else(|| "Pending".to_owned()),
        requested: quantity(requested.and_then(|map| map.get("storage"))),
        capacity: quantity(
            status.and_then(|s| s.capacity.as_ref()).and_then(|map| map.get("storage")),
        ),
        storage_class: spec.and_then(|spec| spec.storage_class_name.clone()),
        volume: spec.and_then(|spec| spec.volume_name.clone()).filter(|name| !name.is_empty()),
        created_at: time(claim.metadata.creation_timestamp.as_ref()),
    }
}
