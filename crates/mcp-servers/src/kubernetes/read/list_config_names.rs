//! `list_config_names`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ConfigName, ConfigNames, ListConfigNamesArgs, ReferenceKind};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};

use super::owners::Metadata;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, page_params};
use crate::kubernetes::view::time;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListConfigNames;

impl Tool<Kube> for ListConfigNames {
    type Args = ListConfigNamesArgs;
    const TITLE: &'static str = "Names of ConfigMaps or Secrets";
    const DESCRIPTION: &'static str = "Lists the names of ConfigMaps or Secrets of a namespace, never their contents: \
        enough to see that one is missing.";

    async fn call(kube: &Kube, args: ListConfigNamesArgs) -> Result<ConfigNames, ToolFailure> {
        let path = match args.kind {
            ReferenceKind::ConfigMap => collection::<ConfigMap>(&args.namespace)?,
            ReferenceKind::Secret => collection::<Secret>(&args.namespace)?,
        };
        let limit = args.limit.or(Some(500));
        let params = page_params(None, limit, args.after.as_deref())?;
        let page = kube.list_metadata::<Metadata>(path, &params).await?;
        let (truncated, next) = (page.truncated(), page.next());
        let mut objects: Vec<_> = page
            .items
            .into_iter()
            .map(|object| ConfigName {
                created_at: time(object.metadata.creation_timestamp.as_ref()),
                name: object.metadata.name.unwrap_or_default(),
            })
            .collect();
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ConfigNames { kind: args.kind, objects, truncated, next })
    }

    fn summary(names: &ConfigNames) -> String {
        format!("{} {:?}s.", names.objects.len(), names.kind)
    }
}
