//! `find_named`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{FindNamedArgs, Named, NamedList};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::api::ListParams;
use serde::Deserialize;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, everywhere};
use crate::tool::Tool;

/// Objects read of each kind: a name that more namespaces use says nothing about any of them.
const LIMIT: u32 = 50;

/// The tool.
pub(in crate::kubernetes) struct FindNamed;

impl Tool<Kube> for FindNamed {
    type Args = FindNamedArgs;
    const TITLE: &'static str = "Find by name";
    const DESCRIPTION: &'static str = "Says in which namespaces there are Deployments, StatefulSets, DaemonSets, \
        Services or pods of exactly that name.";

    async fn call(kube: &Kube, args: FindNamedArgs) -> Result<NamedList, ToolFailure> {
        check("name", &args.name)?;
        let name = args.name.as_str();
        let (deployments, stateful_sets, daemon_sets, services, pods) = futures::try_join!(
            named::<Deployment>(kube, "Deployment", name),
            named::<StatefulSet>(kube, "StatefulSet", name),
            named::<DaemonSet>(kube, "DaemonSet", name),
            named::<Service>(kube, "Service", name),
            named::<Pod>(kube, "Pod", name),
        )?;
        let all = [deployments, stateful_sets, daemon_sets, services, pods];
        let truncated = all.iter().any(|(_, truncated)| *truncated);
        let mut objects: Vec<_> = all.into_iter().flat_map(|(objects, _)| objects).collect();
        objects.sort();
        Ok(NamedList { objects, truncated })
    }

    fn summary(list: &NamedList) -> String {
        let mut namespaces: Vec<&str> = list.objects.iter().map(|o| o.namespace.as_str()).collect();
        namespaces.dedup();
        format!("{} objects in {} namespaces.", list.objects.len(), namespaces.len())
    }
}

/// Nothing of an object but whose it is.
#[derive(Deserialize)]
struct Bare {
    metadata: ObjectMeta,
}

async fn named<K>(kube: &Kube, kind: &str, name: &str) -> Result<(Vec<Named>, bool), ToolFailure>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    let params = ListParams::default().fields(&format!("metadata.name={name}")).limit(LIMIT);
    let page = kube.list_metadata::<Bare>(everywhere::<K>(), &params).await?;
    let truncated = page.truncated();
    let objects = page
        .items
        .into_iter()
        .filter(|object| object.metadata.name.as_deref() == Some(name))
        .filter_map(|object| object.metadata.namespace)
        .map(|namespace| Named { namespace, kind: kind.to_owned(), name: name.to_owned() })
        .collect();
    Ok((objects, truncated))
}
