//! Events that belong to an object's view.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ObjectEvents, ObjectRef, Unread};
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::list_events;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{collection, everywhere};

/// Events shown with an object.
const LIMIT: u32 = 20;

/// Events about an object of that namespace; of the whole cluster for objects outside namespaces, whose events are kept
/// in `default` or wherever their reporter liked. That they can't be read is said in the answer and doesn't hide the rest.
/// With a `uid`, nothing of an earlier object of that name; of a node without, whose kubelet tells by its name.
pub(super) async fn events_of(
    kube: &Kube,
    namespace: Option<&str>,
    kind: &str,
    name: &str,
    uid: Option<&str>,
) -> ObjectEvents {
    let object = ObjectRef { kind: kind.to_owned(), name: name.to_owned() };
    let read = async {
        let path = match namespace {
            Some(namespace) => collection::<Event>(namespace)?,
            None => everywhere::<Event>(),
        };
        let wanted = list_events::Wanted { object: Some(&object), uid, ..Default::default() };
        list_events::read(kube, path, &wanted, Some(LIMIT)).await
    };
    match read.await {
        Ok(list) => ObjectEvents { events: list.events, truncated: list.truncated, unread: None },
        Err(failure) => ObjectEvents {
            events: Vec::new(),
            truncated: false,
            unread: Some(format!("{}: {}", failure.code, failure.message)),
        },
    }
}

/// The same where a name may have been given, and something of that name was found.
pub(super) async fn events_of_named<'a>(
    kube: &Kube,
    namespace: Option<&str>,
    kind: &str,
    name: Option<&str>,
    found: impl IntoIterator<Item = &'a ObjectMeta>,
) -> Option<ObjectEvents> {
    let name = name?;
    let meta = found.into_iter().find(|meta| meta.name.as_deref() == Some(name))?;
    Some(events_of(kube, namespace, kind, name, meta.uid.as_deref()).await)
}

/// A part of an answer, or nothing and why: the rest is worth having without it.
pub(super) fn or_unread<T: Default>(what: &str, part: Result<T, ToolFailure>) -> (T, Vec<Unread>) {
    match part {
        Ok(part) => (part, Vec::new()),
        Err(failure) => (T::default(), vec![unread(what, failure)]),
    }
}

/// A part that could not be read.
pub(super) fn unread(what: impl Into<String>, failure: ToolFailure) -> Unread {
    Unread { what: what.into(), code: failure.code, why: failure.message }
}
