//! Kubernetes' objects as the bounded views of `evenkeel-tools`.

pub(super) mod condition;
pub(super) mod container;
pub(super) mod controller;
pub(super) mod demand;
pub(super) mod fields;
pub(super) mod pod;
pub(super) mod probe;
pub(super) mod revision;
pub(super) mod selector;
pub(super) mod source;
pub(super) mod template;
pub(super) mod workload;

use evenkeel_tools::kubernetes::Quantity;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::api::resource;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Kubernetes' time as ours.
pub(super) fn time(time: Option<&Time>) -> Option<Timestamp> {
    time.map(|time| time.0)
}

/// `True`, `False`, and `None` for `Unknown`.
pub(super) fn truth(status: &str) -> Option<bool> {
    match status {
        "True" => Some(true),
        "False" => Some(false),
        _ => None,
    }
}

/// A count, which Kubernetes writes as a signed number.
pub(super) fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

/// A quantity with its value; one that doesn't parse is left out.
pub(super) fn quantity(quantity: Option<&resource::Quantity>) -> Option<Quantity> {
    quantity.and_then(|quantity| Quantity::parse(&quantity.0))
}

/// A number or a name.
pub(super) fn int_or_string(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(text) => text.clone(),
    }
}
