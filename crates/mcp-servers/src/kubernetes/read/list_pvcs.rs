//! `list_pvcs`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListPvcsArgs, Pvc, PvcList};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;

use super::related::events_of_named;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
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
        let name = args.name.as_deref();
        let params = named_params("claim name", name, args.limit, args.after.as_deref())?;
        let page = kube.list::<PersistentVolumeClaim>(path, &params).await?;
        let found = page.items.iter().filter(|claim| is_asked(&claim.metadata, name));
        let mut pvcs: Vec<_> = found.map(pvc).collect();
        pvcs.sort_by(|a, b| a.name.cmp(&b.name));
        let (kind, namespace) = ("PersistentVolumeClaim", Some(args.namespace.as_str()));
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, namespace, kind, name, metas).await;
        Ok(PvcList { pvcs, truncated: page.truncated(), next: page.next(), events })
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
        access_modes: spec.and_then(|spec| spec.access_modes.clone()).unwrap_or_default(),
        created_at: time(claim.metadata.creation_timestamp.as_ref()),
        deleted_at: time(claim.metadata.deletion_timestamp.as_ref()),
    }
}
