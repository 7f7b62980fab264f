//! `list_events`.

use std::cmp::Reverse;
use std::fmt;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{Event, EventList, EventType, ListEventsArgs, ObjectRef};
use jiff::Timestamp;
use k8s_openapi::api::core::v1;
use kube::api::ListParams;

use crate::failure::{NOT_NEXT, bad_arguments};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::time;
use crate::text::safe;
use crate::tool::Tool;

/// Pages read. The server lists by name, not by time, so the newest can be anywhere; 20,000 events are the hour of a
/// namespace in a storm.
const MAX_PAGES: usize = 40;

/// The tool.
pub(in crate::kubernetes) struct ListEvents;

impl Tool<Kube> for ListEvents {
    type Args = ListEventsArgs;
    const TITLE: &'static str = "Events";
    const DESCRIPTION: &'static str = "Lists events of a namespace, newest first, optionally about one object or since \
        a time. Kubernetes keeps events for about an hour. Of a namespace the first 20,000 by name are looked at.";

    async fn call(kube: &Kube, args: ListEventsArgs) -> Result<EventList, ToolFailure> {
        let path = collection::<v1::Event>(&args.namespace)?;
        let after = args.after.as_deref().map(Place::parse).transpose()?;
        let wanted = Wanted {
            object: args.object.as_ref(),
            uid: None,
            since: args.since,
            until: args.until,
            after,
        };
        read(kube, path, &wanted, args.limit).await
    }

    fn summary(list: &EventList) -> String {
        let warnings = list.events.iter().filter(|event| event.kind == EventType::Warning).count();
        let unseen = list.truncated && list.next.is_none();
        let unseen = if unseen {
            " There are more than are looked at, and the newest may be among them."
        } else {
            ""
        };
        format!("{} events, {warnings} warnings.{unseen}", list.events.len())
    }
}

/// Which events.
#[derive(Default)]
pub(in crate::kubernetes) struct Wanted<'a> {
    /// About this object.
    pub object: Option<&'a ObjectRef>,
    /// Not about an earlier object of that name: of this uid, or of none, as some reporters leave it out.
    pub uid: Option<&'a str>,
    /// Last seen then or later.
    pub since: Option<Timestamp>,
    /// Last seen then or before.
    pub until: Option<Timestamp>,
    /// After this one.
    pub after: Option<Place>,
}

/// Where an event stands in the order of events: newest first, at the same time by name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::kubernetes) struct Place(Reverse<Option<Timestamp>>, String);

impl Place {
    fn parse(text: &str) -> Result<Self, ToolFailure> {
        let parts = text.split_once('/');
        let (time, name) = parts.ok_or_else(|| bad_arguments(NOT_NEXT))?;
        check("event", name).map_err(|_| bad_arguments(NOT_NEXT))?;
        let time = match time {
            "" => None,
            time => Some(time.parse().map_err(|_| bad_arguments(NOT_NEXT))?),
        };
        Ok(Self(Reverse(time), name.to_owned()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Reverse(time), name) = self;
        if let Some(time) = time {
            write!(f, "{time}")?;
        }
        write!(f, "/{name}")
    }
}

/// Reads events of a collection, newest first.
pub(in crate::kubernetes) async fn read(
    kube: &Kube,
    path: String,
    wanted: &Wanted<'_>,
    limit: Option<u32>,
) -> Result<EventList, ToolFailure> {
    let limit = limit.unwrap_or(100);
    let mut params = ListParams { limit: Some(500), ..list_params(None, Some(limit))? };
    if let Some(object) = wanted.object {
        check("name", &object.name)?;
        if object.kind.is_empty() || !object.kind.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(bad_arguments(format!("{:?} isn't a kind", object.kind)));
        }
        params = params.fields(&format!(
            "involvedObject.kind={},involvedObject.name={}",
            object.kind, object.name
        ));
    }
    let mut found: Vec<(Place, Event)> = Vec::new();
    let mut more = false;
    for number in 0..MAX_PAGES {
        let page = kube.next_page::<v1::Event>(&path, &mut params).await?;
        // Of an object that was just read its namespace is known.
        if number == 0 && wanted.uid.is_none() {
            kube.check_listed(&path, &page).await?;
        }
        more = page.truncated();
        // Again on this side: not every server knows the field selector.
        let same = |event: &&v1::Event| {
            let uid = event.involved_object.uid.as_deref().filter(|uid| !uid.is_empty());
            wanted.uid.is_none_or(|wanted| uid.is_none_or(|uid| uid == wanted))
        };
        found.extend(page.items.iter().filter(same).map(placed).filter(|(place, event)| {
            let Place(Reverse(time), _) = place;
            wanted.object.is_none_or(|object| *object == event.object)
                && wanted.since.is_none_or(|since| *time >= Some(since))
                && wanted.until.is_none_or(|until| *time <= Some(until))
                && wanted.after.as_ref().is_none_or(|after| place > after)
        }));
        if !more {
            break;
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let truncated = more || found.len() > limit;
    let next = (found.len() > limit).then(|| found[limit - 1].0.to_string());
    found.truncate(limit);
    // Only what is handed out is searched for secrets.
    let shown =
        |(_, event): (Place, Event)| Event { message: safe(&event.message, 1024).0, ..event };
    let events = found.into_iter().map(shown).collect();
    Ok(EventList { events, truncated, next })
}

fn placed(found: &v1::Event) -> (Place, Event) {
    let event = event(found);
    let time = event.last_seen.or(event.first_seen);
    (Place(Reverse(time), found.metadata.name.clone().unwrap_or_default()), event)
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
        message: event.message.clone().unwrap_or_default(),
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
