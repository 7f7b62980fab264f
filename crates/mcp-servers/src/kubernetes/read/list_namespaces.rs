//! `list_namespaces`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListNamespacesArgs, Namespace, NamespaceList, PodCondition};
use k8s_openapi::api::core::v1;

use super::related::events_of_named;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, cluster_collection, is_asked, page_params};
use crate::kubernetes::view::{time, truth};
use crate::text::clip_message;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListNamespaces;

impl Tool<Kube> for ListNamespaces {
    type Args = ListNamespacesArgs;
    const TITLE: &'static str = "Namespaces";
    const DESCRIPTION: &'static str =
        "Lists namespaces with phase, labels and what keeps one that is being deleted.";

    async fn call(kube: &Kube, args: ListNamespacesArgs) -> Result<NamespaceList, ToolFailure> {
        let mut params =
            page_params(args.label_selector.as_deref(), args.limit, args.after.as_deref())?;
        let name = args.name.as_deref();
        if let Some(name) = name {
            check("namespace", name)?;
            params = params.fields(&format!("metadata.name={name}"));
        }
        let page =
            kube.list::<v1::Namespace>(cluster_collection::<v1::Namespace>(), &params).await?;
        let found = page.items.iter().filter(|namespace| is_asked(&namespace.metadata, name));
        let mut namespaces: Vec<_> = found.map(namespace).collect();
        namespaces.sort_by(|a, b| a.name.cmp(&b.name));
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, name, "Namespace", name, metas).await;
        Ok(NamespaceList { namespaces, truncated: page.truncated(), next: page.next(), events })
    }

    fn summary(list: &NamespaceList) -> String {
        let ending = list.namespaces.iter().filter(|namespace| namespace.phase != "Active").count();
        format!("{} namespaces, {ending} not active.", list.namespaces.len())
    }
}

fn namespace(namespace: &v1::Namespace) -> Namespace {
    let (meta, status) = (&namespace.metadata, namespace.status.as_ref());
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    Namespace {
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        phase: status.and_then(|s| s.phase.clone()).unwrap_or_else(|| "Unknown".to_owned()),
        labels: meta.labels.clone().unwrap_or_default(),
        conditions: conditions
            .iter()
            .map(|condition| PodCondition {
                kind: condition.type_.clone(),
                status: truth(&condition.status),
                reason: condition.reason.clone().filter(|text| !text.is_empty()),
                message: clip_message(condition.message.as_deref()),
                since: time(condition.last_transition_time.as_ref()),
            })
            .collect(),
        created_at: time(meta.creation_timestamp.as_ref()),
        deleted_at: time(meta.deletion_timestamp.as_ref()),
    }
}
