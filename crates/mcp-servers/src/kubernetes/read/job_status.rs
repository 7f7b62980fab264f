//! `job_status`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{JobEnd, JobStatus, JobStatusArgs};
use k8s_openapi::api::batch::v1::Job;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::{count, time};
use crate::text::clip;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct JobStatusTool;

impl Tool<Kube> for JobStatusTool {
    type Args = JobStatusArgs;
    const TITLE: &'static str = "Job status";
    const DESCRIPTION: &'static str = "Whether a Job has ended, and how.";

    async fn call(kube: &Kube, args: JobStatusArgs) -> Result<JobStatus, ToolFailure> {
        check("Job name", &args.name)?;
        let job: Job = kube.get(collection::<Job>(&args.namespace)?, &args.name).await?;
        Ok(view(&job))
    }

    fn summary(status: &JobStatus) -> String {
        match status.ended {
            Some(JobEnd::Complete) => "The Job is complete.".to_owned(),
            Some(JobEnd::Failed) => "The Job has failed.".to_owned(),
            None => format!("{} pods run; the Job hasn't ended.", status.active),
        }
    }
}

fn view(job: &Job) -> JobStatus {
    let status = job.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let of = |kind: &str| conditions.iter().find(|c| c.type_ == kind && c.status == "True");
    let (ended, condition) = match (of("Complete"), of("Failed")) {
        (Some(condition), _) => (Some(JobEnd::Complete), Some(condition)),
        (None, Some(condition)) => (Some(JobEnd::Failed), Some(condition)),
        (None, None) => (None, None),
    };
    let message = condition.and_then(|condition| {
        let parts = [condition.reason.as_deref(), condition.message.as_deref()];
        let said: Vec<_> = parts.into_iter().flatten().filter(|text| !text.is_empty()).collect();
        (!said.is_empty()).then(|| clip(&said.join(": "), 500).0)
    });
    JobStatus {
        namespace: job.metadata.namespace.clone().unwrap_or_default(),
        name: job.metadata.name.clone().unwrap_or_default(),
        uid: job.metadata.uid.clone().unwrap_or_default(),
        generation: job.metadata.generation,
        ended,
        message,
        active: count(status.and_then(|status| status.active)),
        succeeded: count(status.and_then(|status| status.succeeded)),
        failed: count(status.and_then(|status| status.failed)),
        finished_at: time(condition.and_then(|c| c.last_transition_time.as_ref())),
    }
}

#[cfg(test)]
mod tests {
    use super::view;
    use evenkeel_tools::kubernetes::JobEnd;
    use serde_json::json;

    #[test]
    fn only_a_true_condition_ends_a_job() {
        let ended = |conditions| {
            let job = json!({"metadata": {"name": "import"}, "spec": {"template": {}},
                "status": {"active": 1, "conditions": conditions}});
            view(&serde_json::from_value(job).unwrap()).ended
        };
        assert_eq!(ended(json!([])), None);
        assert_eq!(ended(json!([{"type": "FailureTarget", "status": "True"}])), None);
        assert_eq!(ended(json!([{"type": "Failed", "status": "False"}])), None);
        assert_eq!(ended(json!([{"type": "Failed", "status": "True"}])), Some(JobEnd::Failed));
        assert_eq!(ended(json!([{"type": "Complete", "status": "True"}])), Some(JobEnd::Complete));
    }
}
