//! Pulling images: found in the registry, or refused with growing delays.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::image::{self, Image};
use super::lock;
use super::report::Subject;
use crate::value::text;

/// What became of a pull.
pub enum Pull {
    /// The image is here.
    Done(Image),
    /// The image does not exist; tried so many times.
    Failed,
}

/// Tries to pull the container's image once.
pub fn pull(subject: &Subject, spec: &Value) -> Pull {
    let name = text(spec, &["image"]);
    let found = image::find(name);
    let present = lock(&subject.node.pulled).iter().any(|have| have == name);
    match found {
        Some(image) if present && text(spec, &["imagePullPolicy"]) != "Always" => {
            subject.event(
                false,
                "Pulled",
                &format!("Container image \"{name}\" already present on machine"),
            );
            Pull::Done(image)
        }
        Some(image) if text(spec, &["imagePullPolicy"]) != "Never" => {
            let begin = Instant::now();
            subject.event(false, "Pulling", &format!("Pulling image \"{name}\""));
            lock(&subject.node.pulled).push(name.to_owned());
            let took = begin.elapsed().max(Duration::from_millis(1)).as_millis();
            subject.event(
                false,
                "Pulled",
                &format!("Successfully pulled image \"{name}\" in {took}ms ({took}ms including waiting). Image size: 11796480 bytes."),
            );
            Pull::Done(image)
        }
        Some(_) => {
            let message =
                format!("Container image \"{name}\" is not present with pull policy of Never");
            subject.event(true, "ErrImageNeverPull", &message);
            subject.waiting("ErrImageNeverPull", &message);
            Pull::Failed
        }
        None => {
            subject.event(false, "Pulling", &format!("Pulling image \"{name}\""));
            let message = cause(name);
            subject.event(true, "Failed", &format!("Failed to pull image \"{name}\": {message}"));
            subject.event(true, "Failed", "Error: ErrImagePull");
            subject.waiting("ErrImagePull", &message);
            Pull::Failed
        }
    }
}

/// While the next attempt has to wait.
pub fn back_off(subject: &Subject, spec: &Value) {
    let name = text(spec, &["image"]);
    subject.event(false, "BackOff", &format!("Back-off pulling image \"{name}\""));
    subject.event(true, "Failed", "Error: ImagePullBackOff");
    subject.waiting(
        "ImagePullBackOff",
        &format!("Back-off pulling image \"{name}\": ErrImagePull: {}", cause(name)),
    );
}

fn cause(name: &str) -> String {
    let known = name.starts_with(image::REGISTRY);
    let why = if known {
        format!("{name}: not found")
    } else {
        "pull access denied, repository does not exist or may require authorization".to_owned()
    };
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{name}\": failed to resolve reference \"{name}\": {why}"
    )
}
