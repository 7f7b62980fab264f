//! How confidence is reckoned.
//!
//! Each supported claim of a hypothesis has a weight `w` between 0 and 1, read as "alone, this
//! would make the cause so likely". They combine by noisy-or, `1 − Π(1 − w)`: independent
//! signs add up and never pass certainty. Each supported claim against it has a penalty `p` and
//! multiplies what is left by `1 − p`. The result is capped at [`MOST`]: nothing is certain. Claims
//! whose quotes are not found weigh nothing.
//!
//! | part | weight |
//! |---|---|
//! | the mechanism itself (a missing ConfigMap, an OOM kill, …) | [`mechanism`] |
//! | another finding that the cause explains | half of its weight as a mechanism |
//! | a change that came before the onset | [`CHANGE`] × [`decay`] of the time between |
//! | the failing pods are those of the changed revision, or the change names what is missing | [`SAME_REVISION`] |
//! | an error that is new in the logs comes from pods of the changed revision alone | [`SAME_REVISION`] |
//! | an error that is new or more frequent in the logs | half of its weight, a quarter where its lines are few |
//! | the object is the one the alert names | [`NAMED`] |
//! | or its trouble began no later than that of the one the alert names | [`UPSTREAM`] |
//! | or it is merely in the same namespace | [`NEARBY`] |
//! | load rose and nothing was changed | [`NO_CHANGE_BUT_LOAD`] |
//!
//! | against it | penalty |
//! |---|---|
//! | the change came after the onset | [`LATE`] |
//! | no change, for causes that mostly come with one | [`NO_CHANGE`] |
//! | load rose at the same time | [`LOAD_TOO`] |
//! | a change came at the same time | [`CHANGE_TOO`] × its decay, × [`MENDING`] if it went back |
//! | of load and change, the other one came right before the signal that alerted | [`PASSED_OVER`] |
//! | the other one came as well, but clearly earlier | [`EARLIER`] |
//! | the load has come back since | [`ENDED`] |
//! | the load had long been there without the signal that alerted | [`LONG_BEFORE`] × (1 − [`load_decay`]) |
//! | the failing pods are of another revision | [`OTHER_REVISION`] |
//! | all replicas look healthy | [`HEALTHY`] |

use evenkeel_domain::finding::FindingKind;
use jiff::SignedDuration;

/// Nothing is certain.
pub const MOST: f64 = 0.97;
/// A change right before the onset.
pub const CHANGE: f64 = 0.6;
/// The failing pods are those of the changed revision.
pub const SAME_REVISION: f64 = 0.3;
/// The alert names the object.
pub const NAMED: f64 = 0.3;
/// The trouble came to the alert's object from here.
pub const UPSTREAM: f64 = 0.35;
/// Same namespace, nothing more.
pub const NEARBY: f64 = 0.08;
/// Load rose and nothing was changed.
pub const NO_CHANGE_BUT_LOAD: f64 = 0.25;

/// The change came after the onset.
pub const LATE: f64 = 0.5;
/// Causes that mostly come with a change, without one.
pub const NO_CHANGE: f64 = 0.1;
/// Load explains it as well.
pub const LOAD_TOO: f64 = 0.35;
/// A change explains it as well.
pub const CHANGE_TOO: f64 = 0.35;
/// Of a change and a rise of the load, the other one came right before the signal that alerted.
pub const PASSED_OVER: f64 = 0.5;
/// The rival came as well, but clearly earlier, without the signal that alerted.
pub const EARLIER: f64 = 0.1;
/// The load has come back: it explains nothing that goes on.
pub const ENDED: f64 = 0.5;
/// The load had been there for long without the signal that alerted. Mild: load that grows slowly
/// is seen long before it is too much.
pub const LONG_BEFORE: f64 = 0.2;
/// The failing pods are older than the change.
pub const OTHER_REVISION: f64 = 0.5;
/// Replicas look healthy: speaks against causes in the pods, hardly against bad behaviour.
pub const HEALTHY: f64 = 0.05;

/// What a change that only goes back to an earlier template weighs as a rival explanation: it
/// mostly mends, so it is never blamed itself.
pub const MENDING: f64 = 0.25;
/// Going back to a template that makes trouble shows within this time.
pub const RIGHT_BEFORE: SignedDuration = SignedDuration::from_mins(2);
/// Half of a change's weight is gone when this much time lies between it and the onset: most bad
/// releases show within minutes, slow leaks within an hour.
pub const HALF_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Two things that lie closer together than this came at the same time: points are eight seconds
/// apart, and what is scraped shows up to two scrapes later.
pub const APART: SignedDuration = SignedDuration::from_secs(20);
/// How much later than the onset a change may seem to be: look-backs and scrape intervals blur
/// the onset by about this much.
pub const BLUR: SignedDuration = SignedDuration::from_secs(90);

/// The weight of a finding as the mechanism of a cause.
pub fn mechanism(kind: FindingKind) -> f64 {
    use FindingKind as K;
    match kind {
        K::MissingConfig | K::ImagePullFailure => 0.75,
        K::OomKill => 0.7,
        K::CrashLoop | K::Unschedulable | K::VolumeUnbound | K::JobFailed => 0.65,
        K::QuotaExhausted | K::ProbeFailure => 0.6,
        K::NodePressure => 0.55,
        K::TrafficUp => 0.5,
        K::ErrorsUp => 0.45,
        K::LatencyUp | K::NoEndpoints => 0.4,
        K::Saturation | K::CpuThrottling => 0.35,
        // Lines were written by anybody: they only support what was seen otherwise, see `causes`.
        K::TrafficDrop
        | K::MemoryGrowth
        | K::AutoscalerAtMaximum
        | K::RolloutStuck
        | K::NewErrorLog => 0.3,
        K::ErrorLogBurst => 0.2,
        K::RecentChange
        | K::Healthy
        | K::Runbook
        | K::SimilarIncident
        | K::CodeChange
        | K::ForeignAnswer => 0.0,
    }
}

/// What is left of a change's weight after `gap`.
pub fn decay(gap: SignedDuration) -> f64 {
    0.5_f64.powf(gap.as_secs_f64().max(0.0) / HALF_LIFE.as_secs_f64())
}

/// How much load that rose `gap` before a signal still is the obvious reason of it: queues fill and
/// time-outs pass within [`BLUR`], after that half of it is gone every three minutes.
pub fn load_decay(gap: SignedDuration) -> f64 {
    let long = (gap - BLUR).as_secs_f64().max(0.0);
    0.5_f64.powf(long / 180.0)
}

/// Confidence from the weights for and the penalties against.
pub fn confidence(weights: &[f64], penalties: &[f64]) -> f64 {
    let doubt: f64 = weights.iter().map(|w| 1.0 - w.clamp(0.0, 1.0)).product();
    let left: f64 = penalties.iter().map(|p| 1.0 - p.clamp(0.0, 1.0)).product();
    let raw = ((1.0 - doubt) * left).clamp(0.0, MOST);
    // Two decimals: more would pretend a precision that is not there, and equal cases stay equal.
    (raw * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn signs_add_up_and_never_pass_certainty() {
        assert!(near(confidence(&[], &[]), 0.0));
        assert!(near(confidence(&[0.5, 0.5], &[]), 0.75));
        assert!(near(confidence(&[0.5], &[0.5]), 0.25));
        assert!(near(confidence(&[1.0, 1.0], &[]), MOST));
        assert!(near(confidence(&[2.0], &[-1.0]), MOST));
    }

    #[test]
    fn a_change_loses_half_its_weight_in_a_half_life() {
        assert!(near(decay(SignedDuration::ZERO), 1.0));
        assert!(near(decay(HALF_LIFE), 0.5));
        assert!(near(decay(-HALF_LIFE), 1.0));
        assert!(near(load_decay(BLUR), 1.0));
        assert!(near(load_decay(BLUR + SignedDuration::from_mins(3)), 0.5));
    }
}
