//! Pages and their server functions, rendered by Leptos.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use evenkeel_app::{
    App,
    api::{Known, Once},
    shell::{Assets, content_security_policy, shell},
};
use evenkeel_domain::access::Caller;
use evenkeel_services::{ServiceError, Services};
use http::{HeaderValue, header};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use tower_sessions::Session;

use super::{problem::ApiProblem, state::AppState};

/// Every page and server function.
pub fn router(state: &AppState) -> Router<AppState> {
    let services = Services::from_ref(state);
    let assets = Arc::<Assets>::from_ref(state);
    let routes = generate_route_list(App);
    let context = move || provide_context(services.clone());
    let page = move || {
        guard_page();
        shell(&assets)
    };
    let no_page = render_app_async_with_context(context.clone(), page.clone());
    Router::new()
        .leptos_routes_with_context(state, routes, context, page)
        .route_layer(from_fn_with_state(state.clone(), know))
        .fallback(move |request| absent(request, no_page))
}

/// An address that names nothing: a page that says so to people, a problem to programs.
async fn absent<P: Future<Output = Response>>(
    request: Request,
    page: impl FnOnce(Request) -> P,
) -> Response {
    if request.uri().path().starts_with("/api/") {
        return ApiProblem::from(ServiceError::NotFound { what: "endpoint" }).into_response();
    }
    page(request).await
}

/// Asks ahead what the frame around a signed-in person's page shows. If that fails the page still
/// answers, as to nobody. What is shown once is taken out of the session here.
async fn know(State(services): State<Services>, mut request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    if let Some(caller) = caller.filter(|_| !request.uri().path().starts_with("/api/")) {
        if let Some(session) = request.extensions().get::<Session>().cloned() {
            let path = request.uri().path().to_owned();
            let once = Once::take(&session, request.method(), &path, request.headers()).await;
            once.map(|once| request.extensions_mut().insert(once));
        }
        match Known::ask(&services, &caller).await {
            Ok(known) => drop(request.extensions_mut().insert(known)),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the frame of a page could not be read"
            ),
        }
    }
    next.run(request).await
}

/// A page may run only scripts that carry this response's nonce.
fn guard_page() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
