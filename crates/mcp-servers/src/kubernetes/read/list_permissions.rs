//! `list_permissions`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListPermissionsArgs, PermissionRule, Permissions};
use k8s_openapi::api::authorization::v1::{ResourceRule, SelfSubjectRulesReview};
use serde_json::json;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, cluster_collection};
use crate::text::clip;
use crate::tool::Tool;

/// Rules shown.
const MAX_RULES: usize = 200;
/// Entries shown of one rule's lists.
const MAX_ENTRIES: usize = 100;

/// The tool.
pub(in crate::kubernetes) struct ListPermissions;

impl Tool<Kube> for ListPermissions {
    type Args = ListPermissionsArgs;
    const TITLE: &'static str = "Permissions";
    const DESCRIPTION: &'static str = "Lists what this server's account may do in a namespace (SelfSubjectRulesReview). \
        The list may be incomplete, and says so; ask can_i about one thing.";

    async fn call(kube: &Kube, args: ListPermissionsArgs) -> Result<Permissions, ToolFailure> {
        check("namespace", &args.namespace)?;
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": args.namespace},
        });
        let path = cluster_collection::<SelfSubjectRulesReview>();
        let answer: SelfSubjectRulesReview = kube.review(&path, &review).await?;
        let Some(status) = answer.status else {
            return Ok(Permissions {
                rules: Vec::new(),
                truncated: false,
                incomplete: true,
                evaluation_error: None,
            });
        };
        let truncated = status.resource_rules.len() > MAX_RULES
            || status.resource_rules.iter().any(|rule| {
                [&rule.api_groups, &rule.resources, &rule.resource_names]
                    .into_iter()
                    .any(|list| list.as_ref().is_some_and(|list| list.len() > MAX_ENTRIES))
            });
        Ok(Permissions {
            rules: status.resource_rules.into_iter().take(MAX_RULES).map(rule).collect(),
            truncated,
            incomplete: status.incomplete,
            evaluation_error: status
                .evaluation_error
                .filter(|text| !text.is_empty())
                .map(|text| clip(&text, 500).0),
        })
    }

    fn summary(permissions: &Permissions) -> String {
        let whole = if permissions.incomplete { ", there may be more" } else { "" };
        format!("{} rules{whole}.", permissions.rules.len())
    }
}

fn rule(rule: ResourceRule) -> PermissionRule {
    let some = |list: Option<Vec<String>>| {
        list.unwrap_or_default().into_iter().take(MAX_ENTRIES).collect::<Vec<_>>()
    };
    PermissionRule {
        verbs: some(Some(rule.verbs)),
        groups: some(rule.api_groups),
        resources: some(rule.resources),
        names: some(rule.resource_names),
    }
}
