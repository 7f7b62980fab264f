//! `list_quotas`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ListQuotasArgs, Quota, QuotaItem, QuotaList};
use k8s_openapi::api::core::v1::ResourceQuota;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, is_asked, named_params};
use crate::kubernetes::view::quantity;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListQuotas;

impl Tool<Kube> for ListQuotas {
    type Args = ListQuotasArgs;
    const TITLE: &'static str = "Quotas";
    const DESCRIPTION: &'static str =
        "Lists resource quotas with limit and use. A full quota keeps pods from starting.";

    async fn call(kube: &Kube, args: ListQuotasArgs) -> Result<QuotaList, ToolFailure> {
        let path = collection::<ResourceQuota>(&args.namespace)?;
        let name = args.name.as_deref();
        let params = named_params("quota name", name, args.limit, args.after.as_deref())?;
        let page = kube.list::<ResourceQuota>(path, &params).await?;
        let found = page.items.iter().filter(|quota| is_asked(&quota.metadata, name));
        let mut quotas: Vec<_> = found.map(quota).collect();
        quotas.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(QuotaList { quotas, truncated: page.truncated(), next: page.next() })
    }

    fn summary(list: &QuotaList) -> String {
        let full = |item: &&QuotaItem| {
            item.used.as_ref().is_some_and(|used| used.value >= item.hard.value)
        };
        let count = list.quotas.iter().flat_map(|quota| &quota.items).filter(full).count();
        format!("{} quotas, {count} limits reached.", list.quotas.len())
    }
}

fn quota(quota: &ResourceQuota) -> Quota {
    let status = quota.status.as_ref();
    let hard = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let used = status.and_then(|status| status.used.as_ref());
    let items = hard.into_iter().flatten().filter_map(|(resource, hard)| {
        let used = used.and_then(|used| used.get(resource));
        Some(QuotaItem {
            resource: resource.clone(),
            hard: quantity(Some(hard))?,
            used: quantity(used),
        })
    });
    Quota { name: quota.metadata.name.clone().unwrap_or_default(), items: items.collect() }
}
