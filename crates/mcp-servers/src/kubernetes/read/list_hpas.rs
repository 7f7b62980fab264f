//! `list_hpas`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{Hpa, HpaList, HpaMetric, ListHpasArgs, ObjectRef, PodCondition};
use k8s_openapi::api::autoscaling::v2;

use super::related::events_of_named;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
use crate::kubernetes::view::{count, time, truth};
use crate::text::clip_message;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListHpas;

impl Tool<Kube> for ListHpas {
    type Args = ListHpasArgs;
    const TITLE: &'static str = "Autoscalers";
    const DESCRIPTION: &'static str =
        "Lists horizontal pod autoscalers with bounds, replicas, metrics and conditions.";

    async fn call(kube: &Kube, args: ListHpasArgs) -> Result<HpaList, ToolFailure> {
        let path = collection::<v2::HorizontalPodAutoscaler>(&args.namespace)?;
        let name = args.name.as_deref();
        let params = named_params("autoscaler name", name, args.limit, args.after.as_deref())?;
        let page = kube.list::<v2::HorizontalPodAutoscaler>(path, &params).await?;
        let found = page.items.iter().filter(|hpa| is_asked(&hpa.metadata, name));
        let mut hpas: Vec<_> = found.map(hpa).collect();
        hpas.sort_by(|a, b| a.name.cmp(&b.name));
        let (kind, namespace) = ("HorizontalPodAutoscaler", Some(args.namespace.as_str()));
        let metas = page.items.iter().map(|object| &object.metadata);
        let events = events_of_named(kube, namespace, kind, name, metas).await;
        Ok(HpaList { hpas, truncated: page.truncated(), next: page.next(), events })
    }

    fn summary(list: &HpaList) -> String {
        let full =
            list.hpas.iter().filter(|hpa| hpa.current_replicas == Some(hpa.max_replicas)).count();
        format!("{} autoscalers, {full} at their upper bound.", list.hpas.len())
    }
}

fn hpa(hpa: &v2::HorizontalPodAutoscaler) -> Hpa {
    let spec = Some(&hpa.spec);
    let status = hpa.status.as_ref();
    let target = spec.map(|spec| &spec.scale_target_ref);
    let current = status.and_then(|status| status.current_metrics.as_deref()).unwrap_or_default();
    let metrics = spec.and_then(|spec| spec.metrics.as_deref()).unwrap_or_default();
    Hpa {
        name: hpa.metadata.name.clone().unwrap_or_default(),
        target: ObjectRef {
            kind: target.map(|target| target.kind.clone()).unwrap_or_default(),
            name: target.map(|target| target.name.clone()).unwrap_or_default(),
        },
        // One is Kubernetes' default.
        min_replicas: count(spec.and_then(|spec| spec.min_replicas).or(Some(1))),
        max_replicas: count(spec.map(|spec| spec.max_replicas)),
        current_replicas: status
            .and_then(|s| s.current_replicas)
            .and_then(|number| u32::try_from(number).ok()),
        desired_replicas: count(status.map(|status| status.desired_replicas)),
        last_scale_at: time(status.and_then(|status| status.last_scale_time.as_ref())),
        metrics: metrics.iter().take(20).filter_map(|spec| metric(spec, current)).collect(),
        conditions: status
            .and_then(|status| status.conditions.as_deref())
            .unwrap_or_default()
            .iter()
            .map(|condition| PodCondition {
                kind: condition.type_.clone(),
                status: truth(&condition.status),
                reason: condition.reason.clone(),
                message: clip_message(condition.message.as_deref()),
                since: time(condition.last_transition_time.as_ref()),
            })
            .collect(),
    }
}

fn metric(spec: &v2::MetricSpec, current: &[v2::MetricStatus]) -> Option<HpaMetric> {
    let (name, target, value) = if let Some(resource) = &spec.resource {
        let seen = current
            .iter()
            .filter_map(|status| status.resource.as_ref())
            .find(|s| s.name == resource.name);
        (resource.name.clone(), &resource.target, seen.map(|seen| &seen.current))
    } else if let Some(resource) = &spec.container_resource {
        let seen = current
            .iter()
            .filter_map(|status| status.container_resource.as_ref())
            .find(|s| s.name == resource.name && s.container == resource.container);
        (
            format!("{}/{}", resource.container, resource.name),
            &resource.target,
            seen.map(|seen| &seen.current),
        )
    } else if let Some(pods) = &spec.pods {
        let seen = current
            .iter()
            .filter_map(|s| s.pods.as_ref())
            .find(|s| s.metric.name == pods.metric.name);
        (pods.metric.name.clone(), &pods.target, seen.map(|seen| &seen.current))
    } else if let Some(object) = &spec.object {
        let seen = current
            .iter()
            .filter_map(|s| s.object.as_ref())
            .find(|s| s.metric.name == object.metric.name);
        (object.metric.name.clone(), &object.target, seen.map(|seen| &seen.current))
    } else {
        let external = spec.external.as_ref()?;
        let seen = current
            .iter()
            .filter_map(|s| s.external.as_ref())
            .find(|s| s.metric.name == external.metric.name);
        (external.metric.name.clone(), &external.target, seen.map(|seen| &seen.current))
    };
    let percent = |number: i32| format!("{number}%");
    let wanted = target.average_utilization.map(percent).or_else(|| {
        target.average_value.as_ref().or(target.value.as_ref()).map(|quantity| quantity.0.clone())
    });
    let seen = value.and_then(|value| {
        value.average_utilization.map(percent).or_else(|| {
            value.average_value.as_ref().or(value.value.as_ref()).map(|quantity| quantity.0.clone())
        })
    });
    Some(HpaMetric { name, target: wanted, current: seen })
}
