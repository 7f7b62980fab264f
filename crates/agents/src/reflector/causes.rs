//! Which findings make which cause.

use evenkeel_domain::{finding::FindingKind as K, hypothesis::CauseCode};

/// How a change of the workload bears on a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeRole {
    /// There is no such cause without one.
    Needed,
    /// It makes the cause likelier; its absence makes it a little less so.
    Welcome,
    /// It has nothing to do with the cause.
    Indifferent,
    /// It explains the same as well.
    Rival,
}

/// A cause and what makes it.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The cause.
    pub cause: CauseCode,
    /// One of these must have been found; the first in this order is the mechanism.
    pub mechanism: &'static [K],
    /// One of these must have been found as well, if there are any.
    pub with: &'static [K],
    /// These are explained by it.
    pub explains: &'static [K],
    /// If one of these was found on the same workload, it is the better story.
    pub unless: &'static [K],
    /// How a change bears on it.
    pub change: ChangeRole,
}

/// Errors in logs are among what a cause explains and never its mechanism: whoever can write a line must not be able to
/// make a cause of it.
const SYMPTOMS: &[K] = &[
    K::ErrorsUp,
    K::LatencyUp,
    K::TrafficDrop,
    K::NoEndpoints,
    K::RolloutStuck,
    K::NewErrorLog,
    K::ErrorLogBurst,
];
/// What is wrong in the pods themselves, for all to see.
const PLAIN: &[K] = &[
    K::MissingConfig,
    K::ImagePullFailure,
    K::OomKill,
    K::CrashLoop,
    K::ProbeFailure,
    K::Unschedulable,
];

/// All rules. The order breaks ties: the more specific first.
pub const RULES: &[Rule] = &[
    Rule {
        cause: CauseCode::MissingConfig,
        mechanism: &[K::MissingConfig],
        with: &[],
        explains: SYMPTOMS,
        unless: &[],
        change: ChangeRole::Welcome,
    },
    Rule {
        cause: CauseCode::ImagePullFailure,
        mechanism: &[K::ImagePullFailure],
        with: &[],
        explains: SYMPTOMS,
        unless: &[],
        change: ChangeRole::Welcome,
    },
    Rule {
        cause: CauseCode::OomKill,
        mechanism: &[K::OomKill],
        with: &[],
        explains: &[
            K::MemoryGrowth,
            K::Saturation,
            K::ErrorsUp,
            K::LatencyUp,
            K::TrafficDrop,
            K::NoEndpoints,
            K::RolloutStuck,
            K::CrashLoop,
            K::ProbeFailure,
            K::NewErrorLog,
            K::ErrorLogBurst,
        ],
        unless: &[],
        change: ChangeRole::Welcome,
    },
    Rule {
        cause: CauseCode::CrashLoop,
        mechanism: &[K::CrashLoop],
        with: &[],
        explains: &[
            K::ErrorsUp,
            K::LatencyUp,
            K::TrafficDrop,
            K::NoEndpoints,
            K::RolloutStuck,
            K::ProbeFailure,
            K::NewErrorLog,
            K::ErrorLogBurst,
        ],
        unless: &[],
        change: ChangeRole::Welcome,
    },
    Rule {
        cause: CauseCode::ProbeFailure,
        mechanism: &[K::ProbeFailure],
        with: &[],
        explains: SYMPTOMS,
        unless: &[K::CrashLoop, K::OomKill],
        change: ChangeRole::Welcome,
    },
    Rule {
        cause: CauseCode::QuotaExhausted,
        mechanism: &[K::QuotaExhausted],
        with: &[],
        explains: &[K::RolloutStuck],
        unless: &[],
        change: ChangeRole::Indifferent,
    },
    Rule {
        cause: CauseCode::VolumeUnbound,
        mechanism: &[K::VolumeUnbound],
        with: &[],
        explains: &[],
        unless: &[],
        change: ChangeRole::Indifferent,
    },
    Rule {
        cause: CauseCode::NodePressure,
        mechanism: &[K::NodePressure],
        with: &[],
        explains: &[],
        unless: &[],
        change: ChangeRole::Indifferent,
    },
    Rule {
        cause: CauseCode::JobFailed,
        mechanism: &[K::JobFailed],
        with: &[],
        explains: &[],
        unless: &[],
        change: ChangeRole::Indifferent,
    },
    Rule {
        cause: CauseCode::Unschedulable,
        mechanism: &[K::Unschedulable],
        with: &[],
        explains: SYMPTOMS,
        unless: &[],
        change: ChangeRole::Welcome,
    },
    Rule {
        cause: CauseCode::BadRollout,
        mechanism: &[
            K::ErrorsUp,
            K::LatencyUp,
            K::TrafficDrop,
            K::CpuThrottling,
            K::MemoryGrowth,
            K::Saturation,
            K::RolloutStuck,
        ],
        with: &[],
        explains: &[
            K::ErrorsUp,
            K::LatencyUp,
            K::TrafficDrop,
            K::CpuThrottling,
            K::MemoryGrowth,
            K::Saturation,
            K::RolloutStuck,
            K::NoEndpoints,
            K::NewErrorLog,
            K::ErrorLogBurst,
        ],
        unless: PLAIN,
        change: ChangeRole::Needed,
    },
    Rule {
        cause: CauseCode::Overload,
        mechanism: &[K::TrafficUp],
        with: &[
            K::Saturation,
            K::LatencyUp,
            K::CpuThrottling,
            K::AutoscalerAtMaximum,
            K::ErrorsUp,
            K::OomKill,
        ],
        explains: &[
            K::Saturation,
            K::LatencyUp,
            K::CpuThrottling,
            K::AutoscalerAtMaximum,
            K::ErrorsUp,
            K::MemoryGrowth,
            K::NewErrorLog,
            K::ErrorLogBurst,
        ],
        unless: &[K::MissingConfig, K::ImagePullFailure, K::CrashLoop],
        change: ChangeRole::Rival,
    },
    Rule {
        cause: CauseCode::CpuThrottling,
        mechanism: &[K::CpuThrottling],
        with: &[],
        explains: &[K::LatencyUp, K::Saturation, K::ErrorsUp],
        unless: &[K::TrafficUp],
        change: ChangeRole::Rival,
    },
    Rule {
        cause: CauseCode::NoEndpoints,
        mechanism: &[K::NoEndpoints],
        with: &[],
        explains: &[K::ErrorsUp, K::TrafficDrop],
        unless: PLAIN,
        change: ChangeRole::Indifferent,
    },
    Rule {
        cause: CauseCode::TrafficDrop,
        mechanism: &[K::TrafficDrop],
        with: &[],
        explains: &[],
        unless: &[
            K::MissingConfig,
            K::ImagePullFailure,
            K::OomKill,
            K::CrashLoop,
            K::ProbeFailure,
            K::Unschedulable,
            K::NoEndpoints,
        ],
        change: ChangeRole::Rival,
    },
];
