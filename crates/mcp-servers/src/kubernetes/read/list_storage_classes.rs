//! `list_storage_classes`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListStorageClassesArgs, StorageClass, StorageClassList};
use k8s_openapi::api::storage::v1;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{cluster_collection, page_params};
use crate::kubernetes::view::workload::annotation;
use crate::tool::Tool;

/// Marks the class of claims that name none.
const DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";

/// The tool.
pub(in crate::kubernetes) struct ListStorageClasses;

impl Tool<Kube> for ListStorageClasses {
    type Args = ListStorageClassesArgs;
    const TITLE: &'static str = "Storage classes";
    const DESCRIPTION: &'static str =
        "Lists storage classes with provisioner and binding mode: why a claim stays pending.";

    async fn call(
        kube: &Kube,
        args: ListStorageClassesArgs,
    ) -> Result<StorageClassList, ToolFailure> {
        let params = page_params(None, args.limit, args.after.as_deref())?;
        let path = cluster_collection::<v1::StorageClass>();
        let page = kube.list::<v1::StorageClass>(path, &params).await?;
        let mut classes: Vec<_> = page.items.iter().map(class).collect();
        classes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(StorageClassList { classes, truncated: page.truncated(), next: page.next() })
    }

    fn summary(list: &StorageClassList) -> String {
        let default = list.classes.iter().find(|class| class.default);
        let default = default.map_or("none", |class| class.name.as_str());
        format!("{} storage classes, the default one: {default}.", list.classes.len())
    }
}

fn class(class: &v1::StorageClass) -> StorageClass {
    // What is absent is what the API server takes for it.
    let or = |value: &Option<String>, default: &str| {
        value.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    };
    StorageClass {
        name: class.metadata.name.clone().unwrap_or_default(),
        provisioner: class.provisioner.clone(),
        default: annotation(&class.metadata, DEFAULT).as_deref() == Some("true"),
        reclaim_policy: or(&class.reclaim_policy, "Delete"),
        binding_mode: or(&class.volume_binding_mode, "Immediate"),
        expandable: class.allow_volume_expansion.unwrap_or(false),
    }
}
