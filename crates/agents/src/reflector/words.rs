//! A hypothesis in one sentence.

use evenkeel_domain::{
    hypothesis::{CauseCode, Change},
    object::ObjectRef,
};

use super::case::Case;
use crate::moment;

/// Says what the hypothesis says. Facts come from the findings it rests on.
pub fn summary(
    cause: CauseCode,
    object: &ObjectRef,
    found: &Case<'_>,
    change: Option<&Change>,
) -> String {
    let name = &object.name;
    let fact =
        |name: &str| found.findings.iter().find_map(|f| f.facts.get(name)).map(String::as_str);
    let what = match cause {
        CauseCode::BadRollout => format!("{name} misbehaves"),
        CauseCode::CrashLoop => match fact("exit_code") {
            Some(code) => format!("{name} crashes with exit code {code}"),
            None => format!("{name} crashes"),
        },
        CauseCode::OomKill => match fact("memory_limit") {
            Some(limit) => format!("{name} needs more memory than its limit of {limit}"),
            None => format!("{name} needs more memory than it may have"),
        },
        CauseCode::ImagePullFailure => {
            format!("the image {} of {name} cannot be pulled", fact("image").unwrap_or("(unknown)"))
        }
        CauseCode::MissingConfig => format!(
            "{name} needs {} {}, which does not exist",
            fact("missing_kind").unwrap_or("ConfigMap or Secret"),
            fact("missing_name").unwrap_or("(unknown)"),
        ),
        CauseCode::ProbeFailure => {
            format!("the {} probe of {name} fails", fact("probe").unwrap_or("health"))
        }
        CauseCode::Unschedulable => format!("no node takes the pods of {name}"),
        CauseCode::NoEndpoints => format!("nobody answers for {name}"),
        CauseCode::Overload => match fact("factor") {
            Some(factor) => format!("{name} gets more load than it can carry ({factor} times)"),
            None => format!("{name} gets more load than it can carry"),
        },
        CauseCode::CpuThrottling => format!("the CPU limit of {name} throttles it"),
        CauseCode::TrafficDrop => format!("requests no longer reach {name}"),
        CauseCode::NodePressure => format!("node {name} is not ready or under pressure"),
        CauseCode::QuotaExhausted => format!("quota {name} is used up"),
        CauseCode::VolumeUnbound => format!("volume claim {name} is not bound"),
        CauseCode::JobFailed => match fact("reason") {
            Some(reason) => format!("Job {name} was given up ({reason})"),
            None => format!("Job {name} was given up"),
        },
        CauseCode::Unknown => format!("nothing that was seen explains what happens to {name}"),
    };
    match change {
        Some(change) => {
            let at = moment::clock(change.at);
            format!("{what} since revision {} was rolled out at {at}", change.revision)
        }
        None => what,
    }
}
