//! Which incident a notification belongs to, and what its journal says of it.
//!
//! 1. The open incident of its group.
//! 2. An open incident that another group opened lately about an object that one of its firing
//!    alerts names.
//! 3. Where many incidents were opened on the cluster lately: the one that takes in the storm.
//! 4. A new one. Alerts that name no object join nothing by rule 2, since having no object in common
//!    is nothing in common; so that they do not become thousands of incidents, rule 3 is for all.
//!
//! Rules 2 to 4 are for alerts that fire and belong to no incident; nothing else opens or moves.

use std::collections::BTreeSet;

use evenkeel_domain::{
    Event, IncidentState,
    alert::{Alert, Trigger},
    audit::AuditRecord,
    cluster::Cluster,
    evidence::Agent,
    id::IncidentId,
    incident::IncidentSummary,
    journal::Opening,
    owner::OwnerKey,
    text::clip,
};
use evenkeel_engine::chain;
use evenkeel_storage::intake::{IncidentWrite, IntakePlan, IntakeView, OpenIncident, Received};

use super::heard::{Heard, hear};

/// Decides what follows from a notification. Pure; the store calls it inside its transaction.
pub(super) struct Opener<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) trigger: &'a Trigger,
    pub(super) received: &'a Received,
    pub(super) incident: IncidentId,
    /// Kept if the incident is opened.
    pub(super) audit: Option<AuditRecord>,
    /// What the journal says of where it comes from.
    pub(super) found: Option<&'a str>,
    /// So many incidents opened lately on a cluster are a storm.
    pub(super) storm: u32,
}

/// Where a notification belongs.
enum Place<'a> {
    /// In the open incident of its group.
    Own(&'a OpenIncident),
    /// In an incident that another group opened.
    Adopted(&'a OpenIncident),
    /// In a new one, perhaps one that takes in a storm.
    New { storm: bool },
    /// In none that is open.
    Nowhere,
}

impl Opener<'_> {
    pub(super) fn plan(&self, view: &IntakeView) -> IntakePlan {
        let heard = hear(&self.received.alerts, &view.known);
        let place = self.place(view, &heard);
        let write = match place {
            Place::Own(open) => {
                let changed = heard.iter().filter(|heard| heard.changed());
                self.join(open, view, changed, false)
            }
            Place::Adopted(open) => {
                self.join(open, view, heard.iter().filter(|heard| heard.fires()), true)
            }
            Place::New { storm } => self.open(&heard, storm),
            Place::Nowhere => None,
        };
        let joined = match place {
            Place::Own(open) | Place::Adopted(open) => Some(open.id),
            Place::New { .. } => write.as_ref().map(|write| write.incident),
            Place::Nowhere => None,
        };
        let own = matches!(place, Place::Own(_));
        let alerts = heard
            .into_iter()
            .map(|heard| {
                // What ended without ever having been of an incident is of none now.
                let moves = own || heard.fires();
                let belongs = joined.filter(|_| moves).or_else(|| heard.incident());
                (heard.alert, belongs)
            })
            .collect();
        let opens = write.as_ref().is_some_and(|write| write.new);
        let audit = self.audit.iter().filter(|_| opens).cloned().collect();
        IntakePlan { alerts, write, audit }
    }

    fn place<'v>(&self, view: &'v IntakeView, heard: &[Heard]) -> Place<'v> {
        if let Some(open) = &view.open {
            return Place::Own(open);
        }
        if !heard.iter().any(|heard| heard.fires() && heard.incident().is_none()) {
            return Place::Nowhere;
        }
        if self.received.beyond.is_none() {
            return Place::New { storm: false };
        }
        let storm = view.opened_lately >= self.storm;
        let near = view.akin.as_ref().or(view.storm.as_ref().filter(|_| storm));
        near.map_or(Place::New { storm }, Place::Adopted)
    }

    /// The records that tell an open incident of alerts. The journal is not read: an alert heard
    /// of changes the list's figures and nothing else.
    fn join<'h>(
        &self,
        open: &OpenIncident,
        view: &IntakeView,
        heard: impl Iterator<Item = &'h Heard>,
        adopts: bool,
    ) -> Option<IncidentWrite> {
        let alerts: Vec<Alert> = heard.map(|heard| heard.alert.clone()).collect();
        let worst = alerts.iter().map(Alert::severity).max()?;
        let joined: BTreeSet<_> = view
            .known
            .iter()
            .filter(|known| known.incident == Some(open.id))
            .map(|known| known.alert.key())
            .collect();
        let fresh: BTreeSet<_> =
            alerts.iter().map(Alert::key).filter(|key| !joined.contains(key)).collect();
        let more = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        let mut events = vec![Event::AlertsNoted { alerts }];
        events.extend(self.found.map(note));
        let at = self.received.at;
        let entries = chain::chain(open.id, open.seq, &open.head, at, events).ok()?;
        let summary = IncidentSummary {
            severity: open.summary.severity.max(worst),
            alerts: open.summary.alerts.saturating_add(more),
            updated_at: entries.last()?.at,
            ..open.summary.clone()
        };
        Some(IncidentWrite { incident: open.id, new: false, entries, summary, owner: None, adopts })
    }

    /// The records that open an incident with the alerts that fire.
    fn open(&self, heard: &[Heard], storm: bool) -> Option<IncidentWrite> {
        let firing: Vec<Alert> =
            heard.iter().filter(|heard| heard.fires()).map(|heard| heard.alert.clone()).collect();
        let worst = worst(&firing)?;
        let owner = match (&self.received.beyond, storm) {
            (None, _) => None,
            (Some(_), true) => Some(OwnerKey::storm()),
            (Some(_), false) => Some(OwnerKey::of(worst).unwrap_or_else(OwnerKey::none)),
        };
        let title = title(worst, firing.len() - 1);
        let mut events = Vec::new();
        if storm {
            let text = format!(
                "{} incidents were opened on this cluster within ten minutes: groups of alerts that \
                 would open another one join this one from now on",
                self.storm
            );
            events.push(note(&text));
        }
        events.extend(self.found.map(note));
        let opening = Opening {
            organisation: self.cluster.organisation,
            cluster: self.cluster.id,
            cluster_name: self.cluster.name.clone(),
            environment: self.cluster.environment,
            trigger: self.trigger.clone(),
            group_key: self.received.group_key.clone(),
            title: if storm { format!("Alert storm: {title}") } else { title },
            severity: worst.severity(),
            alerts: firing,
        };
        events.insert(0, Event::Opened { opening: Box::new(opening) });
        let entries =
            chain::chain(self.incident, 0, chain::GENESIS, self.received.at, events).ok()?;
        let state = IncidentState::fold(&entries).ok()??;
        let summary = IncidentSummary::from(&state);
        let incident = self.incident;
        Some(IncidentWrite { incident, new: true, entries, summary, owner, adopts: false })
    }
}

fn note(text: &str) -> Event {
    Event::Noted { agent: Agent::Supervisor, text: text.to_owned() }
}

/// The alert that an incident is named after.
fn worst(firing: &[Alert]) -> Option<&Alert> {
    firing.iter().max_by_key(|alert| alert.severity())
}

/// One line for lists: the worst alert's name and summary, and how many more there are.
fn title(worst: &Alert, more: usize) -> String {
    let said = ["summary", "title", "description", "message"]
        .iter()
        .find_map(|key| worst.annotations.get(*key).filter(|text| !text.trim().is_empty()));
    let line = match said {
        Some(said) => format!("{}: {}", worst.name(), said.trim()),
        None => match worst.namespace() {
            Some(namespace) => format!("{} in {namespace}", worst.name()),
            None => worst.name().to_owned(),
        },
    };
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = clip(&line, 160);
    if more > 0 { format!("{line} (and {more} more)") } else { line }
}
