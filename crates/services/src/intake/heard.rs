//! How alerts stand after they were heard of again, whatever the order in which they were.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp,
    alert::{Alert, AlertStatus},
    id::IncidentId,
};
use evenkeel_storage::intake::KnownAlert;

/// An alert of a notification, or one that it says something about.
pub(super) struct Heard {
    /// As it stands now.
    pub(super) alert: Alert,
    /// As it stood before.
    before: Option<KnownAlert>,
}

impl Heard {
    /// Whether it fires.
    pub(super) fn fires(&self) -> bool {
        self.alert.status == AlertStatus::Firing
    }

    /// Whether that is new.
    pub(super) fn changed(&self) -> bool {
        self.before.as_ref().is_none_or(|before| before.alert != self.alert)
    }

    /// The incident it belonged to until now.
    pub(super) fn incident(&self) -> Option<IncidentId> {
        self.before.as_ref().and_then(|before| before.incident)
    }
}

/// What a notification's alerts come to, each once. A firing is known by its labels and its start;
/// how it stands is what its most final report says ([`Alert::heard_again`]). The same labels cannot
/// fire twice at once: of several starts only the latest can fire, so a report of an earlier one that
/// comes late neither begins anything nor goes on, and an earlier one that was thought to fire has
/// ended.
pub(super) fn hear(alerts: &[Alert], known: &[KnownAlert]) -> Vec<Heard> {
    let mut latest: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for alert in alerts.iter().chain(known.iter().map(|known| &known.alert)) {
        let start = latest.entry(&alert.fingerprint).or_insert(alert.starts_at);
        *start = alert.starts_at.max(*start);
    }
    let mut places = BTreeMap::new();
    let mut all: Vec<Heard> = Vec::with_capacity(alerts.len());
    let mut before: BTreeMap<_, _> = known.iter().map(|known| (known.alert.key(), known)).collect();
    for alert in alerts {
        let key = alert.key();
        if let Some(&place) = places.get(&key) {
            let heard: &mut Heard = &mut all[place];
            heard.alert = heard.alert.heard_again(alert);
            continue;
        }
        let before = before.remove(&key).cloned();
        let alert = match &before {
            Some(before) => before.alert.heard_again(alert),
            None => alert.clone(),
        };
        places.insert(key, all.len());
        all.push(Heard { alert, before });
    }
    let overtaken = |alert: &Alert| {
        alert.status == AlertStatus::Firing
            && latest.get(alert.fingerprint.as_str()).is_some_and(|start| alert.starts_at < *start)
    };
    // Of what was not spoken of, only what is thereby known to have ended.
    let ended = before.into_values().filter(|known| overtaken(&known.alert));
    all.extend(ended.map(|k| Heard { alert: k.alert.clone(), before: Some(k.clone()) }));
    for heard in &mut all {
        if overtaken(&heard.alert) {
            heard.alert = heard.alert.superseded();
        }
    }
    all
}
