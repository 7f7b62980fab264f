//! Following owner references from a pod to its Deployment.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::ObjectRef;
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::ListParams;
use serde::Deserialize;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::collection;
use crate::kubernetes::view::pod::controller;

/// An object of which only the metadata matters. Whether the server honours the request for metadata only or answers
/// with whole objects makes no difference here.
#[derive(Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub metadata: ObjectMeta,
}

/// Replica sets of a namespace with their controllers.
#[derive(Default)]
pub(super) struct Owners {
    sets: Vec<(String, Option<ObjectRef>)>,
}

impl Owners {
    /// Reads the replica sets of a namespace, for many pods.
    pub(super) async fn of_namespace(kube: &Kube, namespace: &str) -> Result<Self, ToolFailure> {
        Self::read(kube, namespace, ListParams::default()).await
    }

    /// Reads those that a selector selects.
    pub(super) async fn selected(
        kube: &Kube,
        namespace: &str,
        selector: String,
    ) -> Result<Self, ToolFailure> {
        let params = ListParams { label_selector: Some(selector), ..ListParams::default() };
        Self::read(kube, namespace, params).await
    }

    async fn read(kube: &Kube, namespace: &str, params: ListParams) -> Result<Self, ToolFailure> {
        let path = collection::<ReplicaSet>(namespace)?;
        let (sets, _) = kube.list_whole_metadata::<Metadata>(path, params).await?;
        let sets = sets.into_iter().map(|set| {
            let owner = controller(&set.metadata);
            (set.metadata.name.unwrap_or_default(), owner)
        });
        Ok(Self { sets: sets.collect() })
    }

    /// Reads the one replica set that a pod needs.
    pub(super) async fn of_pod(
        kube: &Kube,
        namespace: &str,
        meta: &ObjectMeta,
    ) -> Result<Self, ToolFailure> {
        let Some(set) = controller(meta).filter(|owner| owner.kind == "ReplicaSet") else {
            return Ok(Self::default());
        };
        let path = collection::<ReplicaSet>(namespace)?;
        let found = kube.find::<Metadata>(path, &set.name).await?;
        Ok(Self {
            sets: found.map(|found| (set.name, controller(&found.metadata))).into_iter().collect(),
        })
    }

    /// A pod's controllers, the nearest first.
    pub(super) fn chain(&self, meta: &ObjectMeta) -> Vec<ObjectRef> {
        let Some(nearest) = controller(meta) else { return Vec::new() };
        let next = if nearest.kind == "ReplicaSet" {
            self.sets
                .iter()
                .find(|(name, _)| *name == nearest.name)
                .and_then(|(_, owner)| owner.clone())
        } else {
            None
        };
        std::iter::once(nearest).chain(next).collect()
    }
}
