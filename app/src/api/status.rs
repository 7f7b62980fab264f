//! The HTTP status of what is being answered.

use http::{
    HeaderValue, Method, StatusCode,
    header::{ACCEPT, RETRY_AFTER},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the status of a server function's answer. Not when the function was called while a page is rendered, which
/// decides for itself ([`of_page`]), and not for a form posted without JavaScript, which is answered by a redirect.
pub fn of_answer(status: u16) {
    let Some(parts) = use_context::<Parts>() else { return };
    let html = parts
        .headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    if parts.uri.path().starts_with("/api/ui/") && !(html && parts.method == Method::POST) {
        set(status);
    }
}

/// Says when to come back, in seconds, where an answer says so in its body.
pub fn come_back(after_s: Option<u32>) {
    if let (Some(options), Some(after)) = (use_context::<ResponseOptions>(), after_s) {
        options.insert_header(RETRY_AFTER, HeaderValue::from(after));
    }
}

/// Sets the status of the page being rendered.
pub fn of_page(status: u16) {
    if use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/api/ui/")) {
        set(status);
    }
}

fn set(status: u16) {
    if let (Some(options), Ok(status)) =
        (use_context::<ResponseOptions>(), StatusCode::from_u16(status))
    {
        options.set_status(status);
    }
}
