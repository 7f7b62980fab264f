//! One container: pull, configure, start, watch, restart with growing delays.

use std::time::Duration;

use serde_json::{Value, json};

use super::image::{Image, container_id};
use super::pod::Ending;
use super::process::{self, Exit};
use super::pull::{self, Pull};
use super::report::{Subject, keep_last};
use super::{environment, image};
use crate::value::{at, int, name, namespace, now, put, rfc3339, text, uid};

/// How often a container whose configuration is missing is tried again.
const CONFIG_RETRY: Duration = Duration::from_secs(2);
/// The node notices an exit this much later, as a kubelet does.
const NOTICE: Duration = Duration::from_millis(500);
/// How long `ErrImagePull` shows before it becomes `ImagePullBackOff`.
const PULL_ERROR_SHOWS: Duration = Duration::from_secs(1);

/// Doubling delays.
struct BackOff {
    next: Duration,
    base: Duration,
    max: Duration,
}

impl BackOff {
    fn new(base: Duration, max: Duration) -> Self {
        Self { next: base, base, max }
    }

    fn take(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(self.max);
        now
    }

    fn reset(&mut self) {
        self.next = self.base;
    }
}

/// Runs the container until the pod ends or its restart policy is satisfied.
pub async fn run(subject: Subject, ending: Ending) {
    let options = &subject.node.options;
    let mut pulls = BackOff::new(options.back_off_base, options.back_off_max);
    let mut crashes = BackOff::new(options.back_off_base, options.back_off_max);
    let mut crashed_before = false;
    while !ending.token.is_cancelled() {
        let Some(spec) = subject.spec() else { return };
        let image = match pull::pull(&subject, &spec) {
            Pull::Done(image) => image,
            Pull::Failed => {
                if pause(PULL_ERROR_SHOWS, &ending).await {
                    pull::back_off(&subject, &spec);
                    pause(pulls.take(), &ending).await;
                }
                continue;
            }
        };
        let Some(exit) = start(&subject, &spec, &image, &ending).await else {
            pause(CONFIG_RETRY, &ending).await;
            continue;
        };
        ended(&subject, &exit);
        if ending.token.is_cancelled() || !restarts(&subject, exit.code) {
            return;
        }
        if exit.lasted > options.back_off_max * 2 {
            crashes.reset();
            crashed_before = false;
        }
        if !pause(NOTICE, &ending).await {
            return;
        }
        if crashed_before {
            back_off(&subject, &ending, crashes.take()).await;
        }
        crashed_before = true;
        subject.edit(|status| {
            keep_last(status);
            let restarts = int(status, &["restartCount"]) + 1;
            put(status, &["restartCount"], json!(restarts));
        });
    }
}

/// Sleeps; `false` when the pod ended meanwhile.
async fn pause(time: Duration, ending: &Ending) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = ending.token.cancelled() => false,
    }
}

/// Starts the container and waits for its end; `None` when its configuration is not there.
async fn start(subject: &Subject, spec: &Value, image: &Image, ending: &Ending) -> Option<Exit> {
    let node = &subject.node;
    let pod = node.fresh(&subject.pod)?;
    let variables = match environment::resolve(&node.store, &pod, spec) {
        Ok(variables) => variables,
        Err(message) => {
            subject.waiting("CreateContainerConfigError", &message);
            subject.event(true, "Failed", &format!("Error: {message}"));
            return None;
        }
    };
    let status = at(&pod, &["status", "containerStatuses"])
        .as_array()?
        .iter()
        .find(|s| text(s, &["name"]) == subject.name)?;
    let run = int(status, &["restartCount"]);
    let child = match process::spawn(subject, &pod, spec, image, variables, run) {
        Ok(child) => child,
        Err(error) => {
            subject.waiting("RunContainerError", &error.to_string());
            subject.event(true, "Failed", &format!("Error: {error}"));
            return None;
        }
    };
    subject.event(false, "Created", &format!("Created container: {}", subject.name));
    subject.event(false, "Started", &format!("Started container {}", subject.name));
    let probed =
        at(spec, &["readinessProbe"]).is_object() || at(spec, &["startupProbe"]).is_object();
    let name = text(spec, &["image"]).to_owned();
    subject.edit(|status| {
        put(status, &["image"], json!(name));
        put(status, &["imageID"], json!(image::id(&name)));
        put(status, &["containerID"], json!(container_id(&format!("{}/{run}", uid(&pod)))));
        put(status, &["state"], json!({"running": {"startedAt": now()}}));
        put(status, &["ready"], json!(!probed));
        put(status, &["started"], json!(!at(spec, &["startupProbe"]).is_object()));
    });
    Some(process::watch(subject, &pod, spec, child, ending).await)
}

/// Notes how the container ended.
fn ended(subject: &Subject, exit: &Exit) {
    subject.edit(|status| {
        let own = at(status, &["containerID"]).clone();
        put(
            status,
            &["state"],
            json!({"terminated": {
                "exitCode": exit.code, "reason": exit.reason(),
                "startedAt": rfc3339(exit.started), "finishedAt": now(), "containerID": own,
            }}),
        );
        put(status, &["ready"], json!(false));
        put(status, &["started"], json!(false));
    });
}

fn restarts(subject: &Subject, code: i32) -> bool {
    match text(&subject.pod, &["spec", "restartPolicy"]) {
        "Never" => false,
        "OnFailure" => code != 0,
        _ => true,
    }
}

async fn back_off(subject: &Subject, ending: &Ending, delay: Duration) {
    let pod = &subject.pod;
    let place = format!("{}_{}({})", name(pod), namespace(pod), uid(pod));
    let message = format!(
        "back-off {} restarting failed container={} pod={place}",
        written(delay),
        subject.name
    );
    subject.waiting("CrashLoopBackOff", &message);
    let event = format!("Back-off restarting failed container {} in pod {place}", subject.name);
    subject.event(true, "BackOff", &event);
    // The kubelet repeats the event while it waits.
    let half = delay / 2;
    if pause(half, ending).await && delay.as_secs() >= 10 {
        subject.event(true, "BackOff", &event);
    }
    pause(half, ending).await;
}

/// `10s`, `1m20s`, as Go writes durations.
fn written(delay: Duration) -> String {
    let seconds = delay.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 0) => format!("{}ms", delay.as_millis()),
        (0, s) => format!("{s}s"),
        (m, s) => format!("{m}m{s}s"),
    }
}
