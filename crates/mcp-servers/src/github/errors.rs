//! What GitHub's answers mean, as tool failures.

use std::time::Duration;

use evenkeel_tools::failure::{ToolFailure, codes};
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;

use super::words;
use crate::failure::failure;
use crate::http::root_cause;
use crate::text::clip;

/// Without a word from GitHub about a secondary limit: a minute, which its documentation asks for.
const SECONDARY_S: u32 = 60;
/// Longer than this a limit is not believed: the primary one is reckoned by the hour.
const LONGEST_S: u32 = 3600;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    message: Option<String>,
    errors: Option<serde_json::Value>,
}

/// An answer that isn't a success.
pub(super) fn status(
    what: &str,
    code: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> ToolFailure {
    let said: Said = serde_json::from_slice(body).unwrap_or_default();
    let details = said.errors.map(|errors| format!(" ({})", clip(&errors.to_string(), 300).0));
    let said = match said.message {
        Some(text) => format!("{text}{}", details.unwrap_or_default()),
        None => String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned(),
    };
    let said = clip(&words::clean(&said).replace('\n', " "), 500).0;
    if let Some(after) = limited(code, headers, &said, now) {
        return busy(what, after, &said);
    }
    let (code, message, next) = match code {
        StatusCode::UNAUTHORIZED => (
            codes::GITHUB_UNAUTHORIZED,
            format!("GitHub refused the credentials for {what}: {said}"),
            "Renew the token, or the App's key, in the GitHub connection.",
        ),
        StatusCode::FORBIDDEN => (
            codes::GITHUB_FORBIDDEN,
            format!("{what} is forbidden: {said}"),
            "Grant the permission that docs/github.md lists for this tool, or leave this out.",
        ),
        StatusCode::NOT_FOUND | StatusCode::GONE => (
            codes::GITHUB_NOT_FOUND,
            format!("{what} doesn't exist, or these credentials may not see it: {said}"),
            "Check the name; check that the token or the App's installation covers the repository.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            codes::GITHUB_PROTECTED,
            format!("{what} isn't allowed now: {said}"),
            "Look at the pull request: its checks, its reviews and the branch's rules.",
        ),
        StatusCode::CONFLICT => (
            codes::GITHUB_DRIFTED,
            format!("{what} met another state than expected: {said}"),
            "Look at it again and plan anew.",
        ),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => (
            codes::GITHUB_INVALID,
            format!("GitHub refused {what} as invalid: {said}"),
            "Correct what the message names.",
        ),
        code if code.is_redirection() => (
            codes::GITHUB_FAILED,
            format!("{what} has moved ({code}); credentials don't follow"),
            "Put the repository's new name, or the API's right address, into the connection.",
        ),
        _ => (
            codes::GITHUB_FAILED,
            format!("GitHub failed {what} ({code}): {said}"),
            "Look at GitHub's status page; try again later.",
        ),
    };
    failure(code, message, next)
}

/// After how many seconds a rate limit lets the next request through, if that is what an answer says. GitHub uses 403 and
/// 429 for both limits; what tells them from a missing permission are the headers, else the text.
pub(super) fn limited(
    code: StatusCode,
    headers: &HeaderMap,
    said: &str,
    now: Timestamp,
) -> Option<u32> {
    if !matches!(code, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<i64>().ok();
    let lower = said.to_ascii_lowercase();
    if let Some(seconds) = number(header::RETRY_AFTER.as_str()) {
        return Some(bounded(seconds));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        let reset = number("x-ratelimit-reset").unwrap_or(0);
        return Some(bounded(reset - now.as_second() + 1));
    }
    let secondary = lower.contains("secondary rate limit") || lower.contains("abuse detection");
    (secondary || code == StatusCode::TOO_MANY_REQUESTS || lower.contains("rate limit exceeded"))
        .then_some(SECONDARY_S)
}

fn bounded(seconds: i64) -> u32 {
    u32::try_from(seconds.max(1)).unwrap_or(LONGEST_S).min(LONGEST_S)
}

/// A limit is used up.
pub(super) fn busy(what: &str, after: u32, said: &str) -> ToolFailure {
    ToolFailure {
        retry_after_s: Some(after),
        ..failure(
            codes::GITHUB_BUSY,
            format!("GitHub's rate limit holds {what} back: {said}"),
            format!("Try again in {after} s; other users of the same token count too."),
        )
    }
}

/// No answer.
pub(super) fn transport(
    what: &str,
    host: &str,
    limit: Duration,
    error: &reqwest::Error,
) -> ToolFailure {
    if error.is_timeout() {
        return failure(
            codes::GITHUB_TIMEOUT,
            format!("{what} wasn't answered within {} s", limit.as_secs_f32()),
            "Look at GitHub's status page; ask for less.",
        );
    }
    failure(
        codes::GITHUB_UNREACHABLE,
        format!("no answer from GitHub at {host}: {}", root_cause(error)),
        "Check the address and the network path.",
    )
}

/// The answer is larger than the limit.
pub(super) fn too_large(what: &str, bytes: usize) -> ToolFailure {
    failure(
        codes::GITHUB_TOO_LARGE,
        format!("the answer to {what} is larger than {bytes} bytes"),
        "Narrow the call with a path or a lower limit.",
    )
}

/// The answer isn't what GitHub's API promises.
pub(super) fn garbage(what: &str, why: &str) -> ToolFailure {
    failure(
        codes::GITHUB_GARBAGE,
        format!("the answer to {what} makes no sense: {}", clip(&words::clean(why), 300).0),
        "Check that the address is GitHub's API and not a login page or a proxy.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (http::HeaderName::from_static(k), v.parse().unwrap())).collect()
    }

    #[test]
    fn a_limit_is_told_from_a_missing_permission() {
        let now = Timestamp::from_second(1000).unwrap();
        let after = |code: u16, pairs: &[(&'static str, &str)], body: &str| {
            let code = StatusCode::from_u16(code).unwrap();
            let failure = status("get x", code, &headers(pairs), body.as_bytes(), now);
            (failure.code, failure.retry_after_s)
        };
        let busy = |s| (codes::GITHUB_BUSY.to_owned(), Some(s));
        let primary = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090")];
        assert_eq!(after(403, &primary, "{}"), busy(91));
        assert_eq!(after(403, &[("retry-after", "7")], "{}"), busy(7));
        let text = r#"{"message": "You have exceeded a secondary rate limit. Please wait."}"#;
        assert_eq!(after(403, &[], text), busy(60));
        assert_eq!(after(429, &[], "{}"), busy(60));
        assert_eq!(after(403, &[("retry-after", "999999")], "{}"), busy(3600));
        let text = r#"{"message": "Resource not accessible by personal access token"}"#;
        assert_eq!(
            after(403, &[("x-ratelimit-remaining", "4999")], text),
            (codes::GITHUB_FORBIDDEN.to_owned(), None)
        );
    }
}
