//! `list_events`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{Event, EventList, EventType, ListEventsArgs, ObjectRef};
use jiff::Timestamp;
use k8s_openapi::api::core::v1;
use kube::api::ListParams;

use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::time;
use crate::text::clip;
use crate::tool::Tool;

/// Pages read. The server lists by name, not by time, so the newest can be anywhere; 2000 events are a busy namespace's
/// hour.
const MAX_PAGES: usize = 4;

/// The tool.
pub(in crate::kubernetes) struct ListEvents;

impl Tool<Kube> for ListEvents {
    type Args = ListEventsArgs;
    const TITLE: &'static str = "Events";
    const DESCRIPTION: &'static str = "Lists events of a namespace, newest first, optionally about one object or since \
        a time. Kubernetes keeps events for about an hour.";

    async fn call(kube: &Kube, args: ListEventsArgs) -> Result<EventList, ToolFailure> {
        let path = collection::<v1::Event>(&args.namespace)?;
        read(kube, path, args.object.as_ref(), args.since, args.limit).await
    }

    fn summary(list: &EventList) -> String {
        let warnings = list.events.iter().filter(|event| event.kind == EventType::Warning).count();
        format!("{} events, {warnings} warnings.", list.events.len())
    }
}

/// Reads events of a collection, newest first.
pub(in crate::kubernetes) async fn read(
    kube: &Kube,
    path: String,
    object: Option<&ObjectRef>,
    since: Option<Timestamp>,
    limit: Option<u32>,
) -> Result<EventList, ToolFailure> {
    let limit = limit.unwrap_or(100);
    let mut params = ListParams { limit: Some(500), ..list_params(None, Some(limit))? };
    if let Some(object) = object {
        check("name", &object.name)?;
        if object.kind.is_empty() || !object.kind.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(bad_arguments(format!("{:?} isn't a kind", object.kind)));
        }
        params = params.fields(&format!(
            "involvedObject.kind={},involvedObject.name={}",
            object.kind, object.name
        ));
    }
    let mut events: Vec<Event> = Vec::new();
    let mut more = false;
    for _ in 0..MAX_PAGES {
        let page = kube.list::<v1::Event>(path.clone(), &params).await?;
        more = page.truncated();
        params.continue_token = page.metadata.next;
        // Again on this side: not every server knows the field selector.
        let wanted = page.items.iter().map(event).filter(|event| {
            object.is_none_or(|object| *object == event.object)
                && since.is_none_or(|since| newest(event) >= Some(since))
        });
        events.extend(wanted);
        if !more {
            break;
        }
    }
    events.sort_by_key(|event| std::cmp::Reverse(newest(event)));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let truncated = more || events.len() > limit;
    events.truncate(limit);
    Ok(EventList { events, truncated })
}

fn newest(event: &Event) -> Option<Timestamp> {
    event.last_seen.or(event.first_seen)
}

fn event(event: &v1::Event) -> Event {
    let series = event.series.as_ref();
    let moment = event.event_time.as_ref().map(|time| time.0);
    let created = time(event.metadata.creation_timestamp.as_ref());
    let first_seen = time(event.first_timestamp.as_ref()).or(moment).or(created);
    let last_seen = series
        .and_then(|s| s.last_observed_time.as_ref())
        .map(|time| time.0)
        .or(time(event.last_timestamp.as_ref()));
    let count = series
        .and_then(|series| series.count)
        .or(event.count)
        .and_then(|count| u32::try_from(count).ok());
    let object = &event.involved_object;
    Event {
        kind: match event.type_.as_deref() {
            Some("Normal") => EventType::Normal,
            Some("Warning") => EventType::Warning,
            _ => EventType::Other,
        },
        reason: event.reason.clone().unwrap_or_default(),
        message: clip(event.message.as_deref().unwrap_or_default(), 1024).0,
        count: count.unwrap_or(1).max(1),
        first_seen,
        last_seen: last_seen.or(first_seen),
        object: ObjectRef {
            kind: object.kind.clone().unwrap_or_default(),
            name: object.name.clone().unwrap_or_default(),
        },
        source: event
            .source
            .as_ref()
            .and_then(|source| source.component.clone())
            .or_else(|| event.reporting_component.clone())
            .filter(|source| !source.is_empty()),
    }
}
