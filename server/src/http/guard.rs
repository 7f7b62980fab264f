//! Layers around everything: where a form may come from, security headers, time and counting.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::metrics::Metrics;

/// Refuses unsafe requests that another site made with our visitor's cookie: by `Sec-Fetch-Site`
/// where the browser sends it, else by `Origin` against `Host`
/// (<https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>).
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || !foreign(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "this request came from another site and was refused").into_response()
}

fn foreign(headers: &HeaderMap) -> bool {
    // A bearer token is not sent by a browser on its own.
    if super::caller::bearer(headers).is_some() {
        return false;
    }
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_none_or(|(_, origin_host)| origin_host != host)
        }
        (Some(_), None) => true,
        // No browser: nothing was sent on somebody's behalf unless a cookie was.
        (None, _) => headers.contains_key(header::COOKIE),
    }
}

/// Headers every response carries. Pages bring a content security policy with their own nonce;
/// everything else may load nothing.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
        .headers_mut()
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    // Problems say themselves when to come back; what has no body of ours says it here.
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        let soon = HeaderValue::from_static("5");
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(soon);
    }
    response
}

/// Counts and times requests by the route they matched, not by their path.
pub async fn measure(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics
        .http
        .with_label_values(&[&route, &method, &status])
        .observe(began.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn another_site_is_foreign_and_our_own_is_not() {
        let cookie = ("cookie", "evenkeel=1");
        let ours = ("host", "ours:3000");
        for (pairs, expected) in [
            (vec![cookie, ("sec-fetch-site", "cross-site")], true),
            (vec![cookie, ("sec-fetch-site", "same-site")], true),
            (vec![cookie, ("sec-fetch-site", "same-origin")], false),
            (vec![cookie, ours, ("origin", "http://evil")], true),
            (vec![cookie, ours, ("origin", "http://ours:3000")], false),
            (vec![cookie, ours, ("origin", "null")], true),
            (vec![cookie, ours], true),
            (vec![ours], false),
            (vec![cookie, ("authorization", "Bearer x"), ("origin", "http://evil")], false),
        ] {
            assert_eq!(foreign(&headers(&pairs)), expected, "{pairs:?}");
        }
    }
}
