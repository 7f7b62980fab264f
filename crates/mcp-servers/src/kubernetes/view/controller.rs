//! Every kind that brings forth pods, in one form.

use evenkeel_tools::kubernetes::{
    ControllerKind, JobProgress, JobState, Schedule, UpdateStrategy, WorkloadCondition,
    WorkloadReplicas, WorkloadSummary,
};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::Resource;
use serde::de::DeserializeOwned;

use super::condition::workload as condition;
use super::template::images;
use super::{count, int_or_string, pod, selector, time, workload};

/// What a controller says of itself.
pub(in crate::kubernetes) trait Controller:
    Resource<DynamicType = (), Scope = NamespaceResourceScope> + DeserializeOwned + Send + Sync
{
    /// Its kind.
    const KIND: ControllerKind;
    /// Selector of its pods.
    fn selector(&self) -> Option<&LabelSelector>;
    /// Template of its pods.
    fn template(&self) -> Option<&PodTemplateSpec>;
    /// Replica counts.
    fn replicas(&self) -> Option<WorkloadReplicas> {
        None
    }
    /// Spec version it has seen.
    fn observed_generation(&self) -> Option<i64> {
        None
    }
    /// Conditions.
    fn conditions(&self) -> Vec<WorkloadCondition> {
        Vec::new()
    }
    /// How it replaces pods.
    fn update(&self) -> Option<UpdateStrategy> {
        None
    }
    /// How far a Job is.
    fn job(&self) -> Option<JobProgress> {
        None
    }
    /// When a `CronJob` runs.
    fn schedule(&self) -> Option<Schedule> {
        None
    }
}

/// A workload in short.
pub(in crate::kubernetes) fn summary<C: Controller>(object: &C) -> WorkloadSummary {
    let meta = object.meta();
    WorkloadSummary {
        kind: C::KIND,
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        labels: meta.labels.clone().unwrap_or_default(),
        selector: object.selector().map(selector::text),
        replicas: object.replicas(),
        job: object.job(),
        schedule: object.schedule(),
        images: images(object.template().and_then(|template| template.spec.as_ref())),
        owner: pod::controller(meta),
        generation: meta.generation,
        observed_generation: object.observed_generation(),
        created_at: time(meta.creation_timestamp.as_ref()),
        deleted_at: time(meta.deletion_timestamp.as_ref()),
    }
}

/// Conditions of kinds that have them in the same fields.
macro_rules! conditions {
    ($status:expr) => {
        $status
            .as_ref()
            .and_then(|status| status.conditions.as_deref())
            .unwrap_or_default()
            .iter()
            .map(|c| {
                condition(
                    c.type_.as_deref(),
                    c.status.as_deref(),
                    c.reason.as_deref(),
                    c.message.as_deref(),
                    c.last_transition_time.as_ref(),
                )
            })
            .collect()
    };
}

impl Controller for Deployment {
    const KIND: ControllerKind = ControllerKind::Deployment;
    fn selector(&self) -> Option<&LabelSelector> {
        Some(&self.spec.selector)
    }
    fn template(&self) -> Option<&PodTemplateSpec> {
        Some(&self.spec.template)
    }
    fn replicas(&self) -> Option<WorkloadReplicas> {
        self.status.as_ref().map(|_| workload::replicas(self))
    }
    fn observed_generation(&self) -> Option<i64> {
        self.status.as_ref().and_then(|status| status.observed_generation)
    }
    fn conditions(&self) -> Vec<WorkloadCondition> {
        workload::conditions(self.status.as_ref())
    }
    fn update(&self) -> Option<UpdateStrategy> {
        let strategy = workload::strategy(Some(&self.spec));
        Some(UpdateStrategy {
            kind: strategy.kind,
            max_surge: strategy.max_surge,
            max_unavailable: strategy.max_unavailable,
            partition: None,
        })
    }
}

impl Controller for ReplicaSet {
    const KIND: ControllerKind = ControllerKind::ReplicaSet;
    fn selector(&self) -> Option<&LabelSelector> {
        Some(&self.spec.selector)
    }
    fn template(&self) -> Option<&PodTemplateSpec> {
        self.spec.template.as_ref()
    }
    fn replicas(&self) -> Option<WorkloadReplicas> {
        let status = self.status.as_ref()?;
        let desired = count(self.spec.replicas.or(Some(1)));
        let (current, available) = (count(Some(status.replicas)), count(status.available_replicas));
        Some(WorkloadReplicas {
            desired,
            current,
            // It has one template only.
            updated: current,
            ready: count(status.ready_replicas),
            available,
            unavailable: desired.saturating_sub(available),
        })
    }
    fn observed_generation(&self) -> Option<i64> {
        self.status.as_ref().and_then(|status| status.observed_generation)
    }
    fn conditions(&self) -> Vec<WorkloadCondition> {
        conditions!(self.status)
    }
}

impl Controller for StatefulSet {
    const KIND: ControllerKind = ControllerKind::StatefulSet;
    fn selector(&self) -> Option<&LabelSelector> {
        Some(&self.spec.selector)
    }
    fn template(&self) -> Option<&PodTemplateSpec> {
        Some(&self.spec.template)
    }
    fn replicas(&self) -> Option<WorkloadReplicas> {
        let status = self.status.as_ref()?;
        let desired = count(self.spec.replicas.or(Some(1)));
        let available = count(status.available_replicas);
        Some(WorkloadReplicas {
            desired,
            current: count(Some(status.replicas)),
            updated: count(status.updated_replicas),
            ready: count(status.ready_replicas),
            available,
            unavailable: desired.saturating_sub(available),
        })
    }
    fn observed_generation(&self) -> Option<i64> {
        self.status.as_ref().and_then(|status| status.observed_generation)
    }
    fn conditions(&self) -> Vec<WorkloadCondition> {
        conditions!(self.status)
    }
    fn update(&self) -> Option<UpdateStrategy> {
        let strategy = self.spec.update_strategy.as_ref();
        let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
        Some(UpdateStrategy {
            kind: rolling_by_default(strategy.and_then(|strategy| strategy.type_.as_deref())),
            max_surge: None,
            max_unavailable: rolling.and_then(|r| r.max_unavailable.as_ref()).map(int_or_string),
            partition: rolling.and_then(|r| r.partition).and_then(|p| u32::try_from(p).ok()),
        })
    }
}

impl Controller for DaemonSet {
    const KIND: ControllerKind = ControllerKind::DaemonSet;
    fn selector(&self) -> Option<&LabelSelector> {
        Some(&self.spec.selector)
    }
    fn template(&self) -> Option<&PodTemplateSpec> {
        Some(&self.spec.template)
    }
    fn replicas(&self) -> Option<WorkloadReplicas> {
        let status = self.status.as_ref()?;
        Some(WorkloadReplicas {
            desired: count(Some(status.desired_number_scheduled)),
            current: count(Some(status.current_number_scheduled)),
            updated: count(status.updated_number_scheduled),
            ready: count(Some(status.number_ready)),
            available: count(status.number_available),
            unavailable: count(status.number_unavailable),
        })
    }
    fn observed_generation(&self) -> Option<i64> {
        self.status.as_ref().and_then(|status| status.observed_generation)
    }
    fn conditions(&self) -> Vec<WorkloadCondition> {
        conditions!(self.status)
    }
    fn update(&self) -> Option<UpdateStrategy> {
        let strategy = self.spec.update_strategy.as_ref();
        let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
        Some(UpdateStrategy {
            kind: rolling_by_default(strategy.and_then(|strategy| strategy.type_.as_deref())),
            max_surge: rolling.and_then(|r| r.max_surge.as_ref()).map(int_or_string),
            max_unavailable: rolling.and_then(|r| r.max_unavailable.as_ref()).map(int_or_string),
            partition: None,
        })
    }
}

impl Controller for Job {
    const KIND: ControllerKind = ControllerKind::Job;
    fn selector(&self) -> Option<&LabelSelector> {
        self.spec.as_ref().and_then(|spec| spec.selector.as_ref())
    }
    fn template(&self) -> Option<&PodTemplateSpec> {
        self.spec.as_ref().map(|spec| &spec.template)
    }
    fn conditions(&self) -> Vec<WorkloadCondition> {
        let conditions = self.status.as_ref().and_then(|status| status.conditions.as_deref());
        let one = |c: &k8s_openapi::api::batch::v1::JobCondition| {
            condition(
                Some(&c.type_),
                Some(&c.status),
                c.reason.as_deref(),
                c.message.as_deref(),
                c.last_transition_time.as_ref(),
            )
        };
        conditions.unwrap_or_default().iter().map(one).collect()
    }
    fn job(&self) -> Option<JobProgress> {
        let spec = self.spec.as_ref();
        let status = self.status.as_ref();
        let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
        let conditions = self.conditions();
        let holds =
            |kind: &str| conditions.iter().find(|c| c.kind == kind && c.status == Some(true));
        let started = status.is_some_and(|status| status.start_time.is_some());
        let suspended = spec.and_then(|spec| spec.suspend).unwrap_or(false);
        let (state, why) = if let Some(failed) = holds("Failed") {
            (JobState::Failed, failed.reason.clone())
        } else if let Some(complete) = holds("Complete") {
            (JobState::Complete, complete.reason.clone())
        } else if suspended {
            (JobState::Suspended, None)
        } else if started {
            (JobState::Running, None)
        } else {
            (JobState::Pending, None)
        };
        // The controller leaves out what is zero once it has started a Job.
        let counted = |value: Option<i32>| number(value.or(started.then_some(0)));
        Some(JobProgress {
            state,
            reason: why,
            completions: number(spec.and_then(|spec| spec.completions)),
            parallelism: number(spec.and_then(|spec| spec.parallelism)),
            active: counted(status.and_then(|status| status.active)),
            succeeded: counted(status.and_then(|status| status.succeeded)),
            failed: counted(status.and_then(|status| status.failed)),
            backoff_limit: number(spec.and_then(|spec| spec.backoff_limit)),
            started_at: time(status.and_then(|status| status.start_time.as_ref())),
            completed_at: time(status.and_then(|status| status.completion_time.as_ref())),
        })
    }
}

impl Controller for CronJob {
    const KIND: ControllerKind = ControllerKind::CronJob;
    fn selector(&self) -> Option<&LabelSelector> {
        None
    }
    fn template(&self) -> Option<&PodTemplateSpec> {
        self.spec.job_template.spec.as_ref().map(|spec| &spec.template)
    }
    fn schedule(&self) -> Option<Schedule> {
        let (spec, status) = (&self.spec, self.status.as_ref());
        let active = status.and_then(|status| status.active.as_deref()).unwrap_or_default();
        Some(Schedule {
            cron: spec.schedule.clone(),
            time_zone: spec.time_zone.clone(),
            suspended: spec.suspend.unwrap_or(false),
            concurrency: spec.concurrency_policy.clone().unwrap_or_else(|| "Allow".to_owned()),
            starting_deadline_seconds: spec.starting_deadline_seconds,
            last_scheduled_at: time(status.and_then(|s| s.last_schedule_time.as_ref())),
            last_succeeded_at: time(status.and_then(|s| s.last_successful_time.as_ref())),
            active: active.iter().take(20).filter_map(|job| job.name.clone()).collect(),
        })
    }
}

fn rolling_by_default(kind: Option<&str>) -> String {
    kind.unwrap_or("RollingUpdate").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Controller as _, summary};
    use evenkeel_tools::kubernetes::JobState;
    use k8s_openapi::api::apps::v1::StatefulSet;
    use k8s_openapi::api::batch::v1::Job;
    use serde_json::{Value, json};

    #[test]
    fn a_job_s_state_follows_its_conditions() {
        let state = |suspend: bool, status: Value| {
            let job: Job = serde_json::from_value(
                json!({"metadata": {}, "spec": {"suspend": suspend, "template": {}}, "status": status}),
            )
            .unwrap();
            let progress = job.job().unwrap();
            (progress.state, progress.failed)
        };
        let with = |kind: &str| json!({"startTime": "2026-01-01T00:00:00Z", "conditions": [{"type": kind, "status": "True"}]});
        assert_eq!(state(false, json!({})), (JobState::Pending, None));
        assert_eq!(state(true, json!({})), (JobState::Suspended, None));
        assert_eq!(
            state(false, json!({"startTime": "2026-01-01T00:00:00Z"})),
            (JobState::Running, Some(0))
        );
        assert_eq!(state(false, with("Complete")).0, JobState::Complete);
        assert_eq!(state(false, with("Failed")).0, JobState::Failed);
    }

    #[test]
    fn without_a_status_nothing_is_counted() {
        let set: StatefulSet = serde_json::from_value(json!({"metadata": {"name": "db"},
            "spec": {"replicas": 3, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}}, "template": {}}}))
        .unwrap();
        let summary = summary(&set);
        assert_eq!((summary.replicas, summary.selector.as_deref()), (None, Some("app=db")));
    }
}
