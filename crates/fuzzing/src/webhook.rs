//! The body of Alertmanager's webhook.

use evenkeel_domain::alertmanager::{Notification, NotifiedAlert};
use evenkeel_domain::owner::OwnerKey;

/// Longest key of a group and longest fingerprint, in characters, with the mark of what was cut.
const KEY_MAX: usize = 1024 + 1;
const FINGERPRINT_MAX: usize = 128 + 1;

/// A body is refused, or read into alerts with bounded keys that are the same when it is written and read again.
pub fn webhook(data: &[u8]) {
    let Ok(body) = std::str::from_utf8(data) else { return };
    let Ok(notification) = serde_json::from_str::<Notification>(body) else { return };
    assert!(notification.key().chars().count() <= KEY_MAX);
    let alerts: Vec<_> = notification.alerts.iter().map(NotifiedAlert::to_alert).collect();
    for alert in &alerts {
        assert!((1..=FINGERPRINT_MAX).contains(&alert.fingerprint.chars().count()));
        assert!(alert.ends_at.is_none_or(|end| end >= alert.starts_at));
    }
    let _owners = OwnerKey::all_of(&alerts);
    let written = serde_json::to_string(&notification).unwrap_or_else(|error| panic!("{error}"));
    let again: Notification =
        serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    let same: Vec<_> = again.alerts.iter().map(NotifiedAlert::to_alert).collect();
    assert_eq!(same, alerts);
    assert_eq!(again.key(), notification.key());
}
