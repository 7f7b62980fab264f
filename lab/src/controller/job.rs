//! Jobs: pods until enough of them ended well, or too many did not.

use serde_json::{Value, json};

use super::event::{Happening, record};
use super::pods::{self, is_going};
use crate::kubeapi::store::{Key, Store};
use crate::value::{at, int, list, name, namespace, now, random_suffix, text};

/// One look at every Job.
pub fn sync(store: &Store) {
    for job in store.list("jobs", None).0 {
        let going = !at(&job, &["metadata", "deletionTimestamp"]).is_null();
        let suspended = at(&job, &["spec", "suspend"]).as_bool() == Some(true);
        if !going && !suspended && !has_ended(&job) {
            reconcile(store, &job);
        }
    }
}

/// Whether it is complete or was given up.
fn has_ended(job: &Value) -> bool {
    list(job, &["status", "conditions"]).iter().any(|condition| {
        matches!(text(condition, &["type"]), "Complete" | "Failed")
            && text(condition, &["status"]) == "True"
    })
}

fn reconcile(store: &Store, job: &Value) {
    let all = pods::owned(store, job);
    let phase = |wanted: &str| {
        let of = all.iter().filter(|pod| text(pod, &["status", "phase"]) == wanted).count();
        i64::try_from(of).unwrap_or(i64::MAX)
    };
    let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
    let active = i64::try_from(all.len()).unwrap_or(i64::MAX) - succeeded - failed;
    let started = match at(job, &["status", "startTime"]) {
        Value::Null => json!(now()),
        known => known.clone(),
    };
    let mut status = json!({"startTime": started, "ready": 0});
    let wanted = int(job, &["spec", "completions"]);
    if succeeded >= wanted {
        let message = "Reached expected number of succeeded pods";
        end(&mut status, &["SuccessCriteriaMet", "Complete"], "CompletionsReached", message);
        status["completionTime"] = json!(now());
    } else if failed > int(job, &["spec", "backoffLimit"]) {
        let (reason, message) =
            ("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        end(&mut status, &["FailureTarget", "Failed"], reason, message);
        let happening = Happening {
            warning: true,
            reason,
            message,
            component: "job-controller",
            field_path: "",
        };
        record(store, job, &happening);
    } else {
        let room = int(job, &["spec", "parallelism"]).min(wanted - succeeded) - active;
        if !all.iter().any(|pod| is_going(pod)) {
            (0..room).for_each(|_| make(store, job));
        }
    }
    for (key, count) in [("succeeded", succeeded), ("failed", failed), ("active", active)] {
        if count > 0 {
            status[key] = json!(count);
        }
    }
    pods::set_status(store, "jobs", job, status);
}

fn end(status: &mut Value, kinds: &[&str], reason: &str, message: &str) {
    let conditions: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            json!({
                "type": kind, "status": "True", "reason": reason, "message": message,
                "lastProbeTime": now(), "lastTransitionTime": now(),
            })
        })
        .collect();
    status["conditions"] = json!(conditions);
}

fn make(store: &Store, job: &Value) {
    let own = format!("{}-{}", name(job), random_suffix(5));
    let pod = pods::of_template(job, &own);
    let _raced = store.create(&Key::pod(namespace(job), &own), pod, false);
}
