//! `list_limit_ranges`.

use std::collections::BTreeSet;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{LimitItem, LimitRange, LimitRangeList, ListLimitRangesArgs};
use k8s_openapi::api::core::v1;

use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, page_params};
use crate::kubernetes::view::quantity;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct ListLimitRanges;

impl Tool<Kube> for ListLimitRanges {
    type Args = ListLimitRangesArgs;
    const TITLE: &'static str = "Limit ranges";
    const DESCRIPTION: &'static str = "Lists limit ranges: what one container, pod or claim may ask for, and what it is \
        given when it asks for nothing.";

    async fn call(kube: &Kube, args: ListLimitRangesArgs) -> Result<LimitRangeList, ToolFailure> {
        let path = collection::<v1::LimitRange>(&args.namespace)?;
        let params = page_params(None, args.limit, args.after.as_deref())?;
        let page = kube.list::<v1::LimitRange>(path, &params).await?;
        let mut limit_ranges: Vec<_> = page.items.iter().map(limit_range).collect();
        limit_ranges.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(LimitRangeList { limit_ranges, truncated: page.truncated(), next: page.next() })
    }

    fn summary(list: &LimitRangeList) -> String {
        let count: usize = list.limit_ranges.iter().map(|range| range.items.len()).sum();
        format!("{} limit ranges with {count} limits.", list.limit_ranges.len())
    }
}

fn limit_range(range: &v1::LimitRange) -> LimitRange {
    let items = range.spec.iter().flat_map(|spec| &spec.limits).flat_map(items).collect();
    LimitRange { name: range.metadata.name.clone().unwrap_or_default(), items }
}

fn items(item: &v1::LimitRangeItem) -> Vec<LimitItem> {
    let maps =
        [&item.min, &item.max, &item.default, &item.default_request, &item.max_limit_request_ratio];
    let resources: BTreeSet<&String> =
        maps.iter().filter_map(|map| map.as_ref()).flat_map(|map| map.keys()).collect();
    let one = |resource: &String| {
        let of = |index: usize| {
            quantity(maps.get(index).and_then(|map| map.as_ref()).and_then(|map| map.get(resource)))
        };
        LimitItem {
            of: item.type_.clone(),
            resource: resource.clone(),
            min: of(0),
            max: of(1),
            default_limit: of(2),
            default_request: of(3),
            max_limit_request_ratio: of(4),
        }
    };
    resources.into_iter().take(50).map(one).collect()
}
