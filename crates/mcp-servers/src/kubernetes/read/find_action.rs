//! `find_action`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{
    ACTION_ID_ANNOTATION, FindActionArgs, FoundAction, ObjectKind, rerun_name,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::owners::Metadata;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::kind;
use crate::kubernetes::names::check;
use crate::kubernetes::view::workload::annotation;
use crate::kubernetes::write::rerun_job::is_rerun;
use crate::kubernetes::write::stamp::{check_action_id, is_stamped};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct FindAction;

impl Tool<Kube> for FindAction {
    type Args = FindActionArgs;
    const TITLE: &'static str = "Find an action";
    const DESCRIPTION: &'static str = "Whether an action has already happened: the action id stamped on the object, \
        for a deleted pod whether its uid still exists, for a Job whether the copy is there. Use it after a crash \
        instead of writing again.";

    async fn call(kube: &Kube, args: FindActionArgs) -> Result<FoundAction, ToolFailure> {
        check("name", &args.name)?;
        check_action_id(&args.action_id)?;
        let path = kind::path(args.kind, &args.namespace)?;
        if args.kind == ObjectKind::Pod && args.uid.is_none() {
            return Err(bad_arguments("uid is needed to tell a deleted pod from its successor"));
        }
        let object: Option<Value> = kube.find(path.clone(), &args.name).await?;
        let found = object.as_ref().map(crate::kubernetes::write::metadata).transpose()?;
        let same = found.as_ref().filter(|meta| args.uid.is_none() || meta.uid == args.uid);
        let applied = match args.kind {
            ObjectKind::Pod => same.is_none_or(|meta| meta.deletion_timestamp.is_some()),
            ObjectKind::Job => {
                let copy = rerun_name(&args.name, &args.action_id);
                let copy = kube.find::<Metadata>(path, &copy).await?;
                copy.is_some_and(|c| is_rerun(&c.metadata, args.uid.as_deref(), &args.action_id))
            }
            ObjectKind::Deployment
            | ObjectKind::StatefulSet
            | ObjectKind::DaemonSet
            | ObjectKind::Node
            | ObjectKind::HorizontalPodAutoscaler
            | ObjectKind::ConfigMap => same.is_some_and(|meta| is_stamped(meta, &args.action_id)),
        };
        let version = object.as_ref().and_then(|object| kind::version(args.kind, object));
        Ok(answer(found.as_ref(), version, same.is_some(), applied))
    }

    fn summary(found: &FoundAction) -> String {
        match (found.applied, found.exists) {
            (true, _) => "The action has happened.".to_owned(),
            (false, true) => "The action hasn't happened.".to_owned(),
            (false, false) => "The target doesn't exist.".to_owned(),
        }
    }
}

fn answer(
    meta: Option<&ObjectMeta>,
    generation: Option<i64>,
    exists: bool,
    applied: bool,
) -> FoundAction {
    FoundAction {
        applied,
        exists,
        uid: meta.and_then(|meta| meta.uid.clone()),
        generation,
        resource_version: meta.and_then(|meta| meta.resource_version.clone()),
        stamped_action_id: meta.and_then(|meta| annotation(meta, ACTION_ID_ANNOTATION)),
    }
}
