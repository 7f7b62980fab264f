//! `find_action`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ACTION_ID_ANNOTATION, FindActionArgs, FoundAction, ObjectKind};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::owners::Metadata;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::workload::annotation;
use crate::kubernetes::write::stamp::{check_action_id, is_stamped};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct FindAction;

impl Tool<Kube> for FindAction {
    type Args = FindActionArgs;
    const TITLE: &'static str = "Find an action";
    const DESCRIPTION: &'static str = "Whether an action has already happened: the action id stamped on the object, \
        or for a deleted pod whether its uid still exists. Use it after a crash instead of writing again.";

    async fn call(kube: &Kube, args: FindActionArgs) -> Result<FoundAction, ToolFailure> {
        check("name", &args.name)?;
        check_action_id(&args.action_id)?;
        let path = match args.kind {
            ObjectKind::Deployment => collection::<Deployment>(&args.namespace)?,
            ObjectKind::Pod => collection::<Pod>(&args.namespace)?,
        };
        if args.kind == ObjectKind::Pod && args.uid.is_none() {
            return Err(bad_arguments("uid is needed to tell a deleted pod from its successor"));
        }
        let found = kube.find::<Metadata>(path, &args.name).await?.map(|object| object.metadata);
        let same = found.as_ref().filter(|meta| args.uid.is_none() || meta.uid == args.uid);
        let applied = match args.kind {
            ObjectKind::Deployment => same.is_some_and(|meta| is_stamped(meta, &args.action_id)),
            ObjectKind::Pod => same.is_none_or(|meta| meta.deletion_timestamp.is_some()),
        };
        Ok(answer(found.as_ref(), same.is_some(), applied))
    }

    fn summary(found: &FoundAction) -> String {
        match (found.applied, found.exists) {
            (true, _) => "The action has happened.".to_owned(),
            (false, true) => "The action hasn't happened.".to_owned(),
            (false, false) => "The target doesn't exist.".to_owned(),
        }
    }
}

fn answer(meta: Option<&ObjectMeta>, exists: bool, applied: bool) -> FoundAction {
    FoundAction {
        applied,
        exists,
        uid: meta.and_then(|meta| meta.uid.clone()),
        generation: meta.and_then(|meta| meta.generation),
        resource_version: meta.and_then(|meta| meta.resource_version.clone()),
        stamped_action_id: meta.and_then(|meta| annotation(meta, ACTION_ID_ANNOTATION)),
    }
}
