//! Reading server-sent events.

use axum::body::{Body, BodyDataStream};
use futures::StreamExt as _;
use http::Method;
use serde_json::Value;

use super::{PATIENCE, person::Person};

#[derive(Debug, Clone, PartialEq)]
pub struct ServerEvent {
    pub id: Option<u64>,
    pub name: String,
    pub data: Value,
}

pub struct EventStream {
    body: BodyDataStream,
    text: String,
}

impl EventStream {
    /// Opens a stream; the answer must be 200.
    pub async fn open(person: &Person, path: &str, last: Option<u64>) -> Self {
        let mut request = person.request(&Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = person.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event that is no sign of life; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<ServerEvent> {
        tokio::time::timeout(PATIENCE, self.read()).await.expect("the stream said nothing in time")
    }

    async fn read(&mut self) -> Option<ServerEvent> {
        loop {
            while let Some((frame, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (parse(frame), rest.to_owned());
                self.text = rest;
                if event.name != "ping" {
                    return Some(event);
                }
            }
            let chunk = self.body.next().await?.ok()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn parse(frame: &str) -> ServerEvent {
    let field = |name: &str| {
        frame.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    ServerEvent {
        id: field("id").map(|id| id.parse().unwrap()),
        name: field("event").unwrap_or_default().to_owned(),
        data: serde_json::from_str(field("data").unwrap_or("null")).unwrap(),
    }
}
