//! `get_pod`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{GetPodArgs, PodDetails};
use k8s_openapi::api::core::v1::Pod;

use super::owners::Owners;
use super::related::{events_of, or_unread};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view;
use crate::tool::Tool;

/// Annotation of the API server's copy of a static pod.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// The tool.
pub(in crate::kubernetes) struct GetPod;

impl Tool<Kube> for GetPod {
    type Args = GetPodArgs;
    const TITLE: &'static str = "Pod";
    const DESCRIPTION: &'static str = "One pod, as in list_pods, with its events.";

    async fn call(kube: &Kube, args: GetPodArgs) -> Result<PodDetails, ToolFailure> {
        check("pod name", &args.name)?;
        let pod: Pod = kube.get(collection::<Pod>(&args.namespace)?, &args.name).await?;
        // The kubelet tells of a static pod by the uid that it has with the kubelet itself.
        let mirrored = pod.metadata.annotations.as_ref().and_then(|map| map.get(MIRROR));
        let uid = mirrored.or(pod.metadata.uid.as_ref()).map(String::as_str);
        let (owners, events) = futures::join!(
            Owners::of_pod(kube, &args.namespace, &pod.metadata),
            events_of(kube, Some(&args.namespace), "Pod", &args.name, uid),
        );
        let (owners, unread) = or_unread("ReplicaSet", owners);
        Ok(PodDetails { pod: view::pod::pod(&pod, owners.chain(&pod.metadata)), unread, events })
    }

    fn summary(details: &PodDetails) -> String {
        let restarts: u32 = details.pod.containers.iter().filter_map(|c| c.restart_count).sum();
        format!("{} is {}, {restarts} restarts.", details.pod.name, details.pod.phase)
    }
}
