//! What Loki says when it doesn't answer, as codes with a next step.
//!
//! Loki writes errors as plain text, gateways before it as JSON or HTML; the status alone tells little, because a limit,
//! a typing error and a missing tenant are all 400. The texts are those of Loki 2.4 to 3.x (`pkg/util/validation`,
//! `pkg/logqlmodel`, `pkg/util/server`); what isn't known keeps Loki's own words.

use evenkeel_tools::failure::{ToolFailure, codes};

use super::http::SERVICE;
use super::show;
use crate::failure::failure;

/// Parts of Loki's texts, what they mean, and what to do.
const TEXTS: &[(&str, &str, &str)] = &[
    (
        "no org id",
        codes::LOKI_NO_TENANT,
        "Set the tenant of the cluster's Loki connection (LOKI_TENANT).",
    ),
    (
        "too many outstanding requests",
        codes::LOKI_BUSY,
        "Ask again in a moment, for a shorter range; a person may raise max_outstanding_per_tenant.",
    ),
    (
        "would read too many bytes",
        codes::LOKI_TOO_HEAVY,
        "Add label matchers or a line filter, or ask for a shorter range.",
    ),
    (
        "query too large to execute on a single querier",
        codes::LOKI_TOO_HEAVY,
        "Add label matchers or a line filter, or ask for a shorter range.",
    ),
    (
        "query time range exceeds the limit",
        codes::LOKI_TOO_HEAVY,
        "Ask for a shorter range; Loki's own limit stands in the message.",
    ),
    ("interval value exceeds limit", codes::LOKI_TOO_HEAVY, "Use a shorter range in the brackets."),
    (
        "max entries limit per query exceeded",
        codes::LOKI_TOO_HEAVY,
        "Ask for fewer lines a page; Loki's own limit stands in the message.",
    ),
    (
        "maximum of series",
        codes::LOKI_TOO_MANY_SERIES,
        "Sum by fewer labels, or add label matchers.",
    ),
    (
        "maximum number of series",
        codes::LOKI_TOO_MANY_SERIES,
        "Sum by fewer labels, or add label matchers.",
    ),
    (
        "context deadline exceeded",
        codes::LOKI_TIMEOUT,
        "Ask for a shorter range or add label matchers.",
    ),
    ("request timed out", codes::LOKI_TIMEOUT, "Ask for a shorter range or add label matchers."),
];

/// Loki's words out of a body.
pub(super) fn said(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Json {
        #[serde(alias = "message")]
        error: String,
    }
    let text = match serde_json::from_slice::<Json>(body) {
        Ok(json) => json.error,
        Err(_) => String::from_utf8_lossy(body.get(..2048).unwrap_or(body)).into_owned(),
    };
    let text = show::text(text.trim(), 500);
    if text.is_empty() { "no reason given".to_owned() } else { text }
}

/// A refusal as a failure. Refused credentials, redirects and most 429 are told before.
pub(super) fn refused(path: &str, status: u16, said: &str) -> ToolFailure {
    let lower = said.to_lowercase();
    if let Some((_, code, next)) = TEXTS.iter().find(|(text, ..)| lower.contains(text)) {
        return failure(code, format!("Loki refused {path} ({status}): {said}"), *next);
    }
    match status {
        404 | 405 => SERVICE
            .unusable(format!("there is no {path} at the configured address ({status}: {said})")),
        413 => failure(
            codes::LOKI_TOO_HEAVY,
            format!("Loki refused {path} as too large: {said}"),
            "Add label matchers or a line filter, or ask for a shorter range.",
        ),
        499 | 504 => failure(
            codes::LOKI_TIMEOUT,
            format!("Loki gave {path} up ({status}): {said}"),
            "Ask for a shorter range or add label matchers.",
        ),
        400 | 422 => failure(
            codes::LOKI_BAD_QUERY,
            format!("Loki doesn't accept the query: {said}"),
            "Correct the query or the parameter that the message names.",
        ),
        _ => failure(
            codes::LOKI_FAILED,
            format!("Loki failed {path} ({status}): {said}"),
            "Look at Loki's log and /ready; it may still be starting.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{refused, said};

    #[test]
    fn loki_s_words_become_codes() {
        for (status, text, code) in [
            (400, "no org id", "loki.no_tenant"),
            (400, "parse error at line 1, col 5: syntax error", "loki.bad_query"),
            (500, "too many outstanding requests", "loki.busy"),
            (
                400,
                "max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)",
                "loki.too_heavy",
            ),
            (
                400,
                "the query time range exceeds the limit (query length: 744h0m0s, limit: 721h0m0s)",
                "loki.too_heavy",
            ),
            (
                400,
                "the query would read too many bytes (query: 3TB, limit: 1TB); consider adding more specific stream selectors",
                "loki.too_heavy",
            ),
            (400, "maximum of series (500) reached for a single query", "loki.too_many_series"),
            (504, "request timed out, decrease the duration of the request", "loki.timeout"),
            (
                500,
                "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
                "loki.timeout",
            ),
            (503, "Ingester not ready: waiting for 15s after being ready", "loki.failed"),
            (404, "404 page not found", "loki.config"),
        ] {
            let failed = refused("p", status, text);
            assert_eq!(failed.code, code, "{text}");
            assert!(!failed.next.is_empty());
        }
    }

    #[test]
    fn words_are_found_in_text_and_in_json() {
        assert_eq!(said(b"parse error\n"), "parse error");
        assert_eq!(said(br#"{"status":"error","error":"no org id"}"#), "no org id");
        assert_eq!(said(br#"{"code":429,"message":"slow down"}"#), "slow down");
        assert_eq!(said(b""), "no reason given");
        assert!(!said(b"\x1b[2Jx").contains('\x1b'));
    }
}
