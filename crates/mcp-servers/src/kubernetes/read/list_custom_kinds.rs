//! `list_custom_kinds`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{CustomKinds, ListCustomKindsArgs};

use super::discovery::{check_group, custom_kinds};
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// Kinds shown. A cluster with many operators serves some two hundred.
const MAX_KINDS: usize = 300;

/// The tool.
pub(in crate::kubernetes) struct ListCustomKinds;

impl Tool<Kube> for ListCustomKinds {
    type Args = ListCustomKindsArgs;
    const TITLE: &'static str = "Custom kinds";
    const DESCRIPTION: &'static str = "Lists the kinds that were added to the cluster, such as Argo CD's Application or \
        cert-manager's Certificate, as list_custom_objects wants them.";

    async fn call(kube: &Kube, args: ListCustomKindsArgs) -> Result<CustomKinds, ToolFailure> {
        if let Some(group) = &args.group {
            check_group(group)?;
        }
        let mut found = custom_kinds(kube, args.group.as_deref()).await?;
        found.kinds.sort();
        found.truncated |= found.kinds.len() > MAX_KINDS;
        found.kinds.truncate(MAX_KINDS);
        Ok(found)
    }

    fn summary(kinds: &CustomKinds) -> String {
        let mut groups: Vec<&str> = kinds.kinds.iter().map(|kind| kind.group.as_str()).collect();
        groups.dedup();
        format!("{} custom kinds in {} groups.", kinds.kinds.len(), groups.len())
    }
}
