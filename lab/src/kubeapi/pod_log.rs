//! `pods/log`: reads the files the node writes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, header};
use futures::stream;
use jiff::Timestamp;
use serde_json::Value;

use super::Api;
use super::handle::Call;
use super::path::Target;
use super::status::ApiError;
use crate::node::log_file::log_path;
use crate::value::{at, clock, int, list, name, text, uid};

struct Options {
    tail: Option<usize>,
    since: Option<Timestamp>,
    timestamps: bool,
    limit: usize,
}

/// Answers `GET …/pods/{name}/log`.
pub async fn answer(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let key = target.key()?;
    let pod = api.store.get(&key).ok_or_else(|| key.not_found())?;
    let container = container_of(call, &pod)?;
    let path = file_of(api, call, &pod, &container)?;
    let options = Options {
        tail: call.query.number("tailLines")?.and_then(|n| usize::try_from(n).ok()),
        since: since(call)?,
        timestamps: call.query.flag("timestamps"),
        limit: call
            .query
            .number("limitBytes")?
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(usize::MAX),
    };
    let content = tokio::fs::read_to_string(&path).await.unwrap_or_default();
    let first = select(&content, &options);
    let body = if call.query.flag("follow") {
        follow(path, content.len(), first, options)
    } else {
        Body::from(first)
    };
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain"));
    Ok(response)
}

fn container_of(call: &Call, pod: &Value) -> Result<String, ApiError> {
    let names: Vec<&str> =
        list(pod, &["spec", "containers"]).iter().map(|c| text(c, &["name"])).collect();
    match (call.query.get("container"), names.as_slice()) {
        (Some(asked), names) if names.contains(&asked) => Ok(asked.to_owned()),
        (Some(asked), _) => Err(ApiError::bad_request(format!(
            "container {asked} is not valid for pod {}",
            name(pod)
        ))),
        (None, [only]) => Ok((*only).to_owned()),
        (None, names) => Err(ApiError::bad_request(format!(
            "a container name must be specified for pod {}, choose one of: [{}]",
            name(pod),
            names.join(" ")
        ))),
    }
}

fn file_of(api: &Api, call: &Call, pod: &Value, container: &str) -> Result<PathBuf, ApiError> {
    let status = list(pod, &["status", "containerStatuses"])
        .iter()
        .find(|s| text(s, &["name"]) == container);
    let restarts = status.map_or(0, |s| int(s, &["restartCount"]));
    let wanted = if call.query.flag("previous") {
        // The previous log exists once the container has been restarted, or waits to be.
        let ended = status.is_some_and(|s| at(s, &["lastState", "terminated"]).is_object());
        let waiting = status.is_some_and(|s| at(s, &["state", "waiting"]).is_object());
        match (ended, waiting) {
            (true, true) => Some(restarts),
            (true, false) if restarts > 0 => Some(restarts - 1),
            _ => None,
        }
        .ok_or_else(|| {
            ApiError::bad_request(format!(
                "previous terminated container \"{container}\" in pod \"{}\" not found",
                name(pod)
            ))
        })?
    } else {
        let started = status.is_some_and(|s| {
            !at(s, &["state", "waiting"]).is_object()
                || at(s, &["lastState", "terminated"]).is_object()
        });
        if !started {
            let why = match status.map_or("", |s| text(s, &["state", "waiting", "reason"])) {
                "ErrImagePull" => "image can't be pulled",
                "ImagePullBackOff" => "trying and failing to pull image",
                "" => "ContainerCreating",
                other => other,
            };
            return Err(ApiError::bad_request(format!(
                "container \"{container}\" in pod \"{}\" is waiting to start: {why}",
                name(pod)
            )));
        }
        restarts
    };
    Ok(log_path(&api.logs, uid(pod), container, wanted))
}

fn since(call: &Call) -> Result<Option<Timestamp>, ApiError> {
    if let Some(seconds) = call.query.number("sinceSeconds")? {
        let back = i64::try_from(seconds.min(315_360_000)).unwrap_or_default();
        return Ok(Timestamp::from_second(clock().as_second() - back).ok());
    }
    call.query
        .get("sinceTime")
        .map(|text| {
            text.parse().map_err(|_| ApiError::bad_request(format!("parsing time {text:?}")))
        })
        .transpose()
}

/// Lines are stored as `<time> <stdout|stderr> F <text>`.
fn select(content: &str, options: &Options) -> String {
    let mut lines: VecDeque<String> = VecDeque::new();
    for line in content.lines() {
        let mut parts = line.splitn(4, ' ');
        let (Some(time), Some(_stream), Some(_full), text) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let late_enough =
            options.since.is_none_or(|since| time.parse::<Timestamp>().is_ok_and(|t| t >= since));
        if !late_enough {
            continue;
        }
        let text = text.unwrap_or_default();
        lines.push_back(if options.timestamps {
            format!("{time} {text}\n")
        } else {
            format!("{text}\n")
        });
        if options.tail.is_some_and(|tail| lines.len() > tail) {
            lines.pop_front();
        }
    }
    let mut out: String = lines.into_iter().collect();
    if out.len() > options.limit {
        let cut = (0..=options.limit).rev().find(|i| out.is_char_boundary(*i)).unwrap_or(0);
        out.truncate(cut);
    }
    out
}

/// Sends what is there and then what comes, until the client goes or the file does.
fn follow(path: PathBuf, seen: usize, first: String, options: Options) -> Body {
    let options = Options { tail: None, ..options };
    let state = (path, seen, Some(first), options);
    Body::from_stream(stream::unfold(state, |(path, mut seen, first, options)| async move {
        if let Some(first) = first {
            return Some((Ok::<_, Infallible>(first), (path, seen, None, options)));
        }
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let content = tokio::fs::read_to_string(&path).await.ok()?;
            let fresh = content.get(seen..).unwrap_or(&content);
            if let Some(end) = fresh.rfind('\n') {
                let text = select(&fresh[..=end], &options);
                seen = content.len() - (fresh.len() - end - 1);
                return Some((Ok(text), (path, seen, None, options)));
            }
        }
    }))
}
