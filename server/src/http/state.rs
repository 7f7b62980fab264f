//! What handlers can ask for, part by part.

use std::sync::Arc;

use axum::extract::FromRef;
use evenkeel_app::shell::Assets;
use evenkeel_services::Services;
use evenkeel_storage::Store;
use leptos::config::LeptosOptions;

use super::mcp::McpDoor;
use crate::{metrics::Metrics, wiring::Platform};

/// The router's state; handlers take its parts. Every layer clones it with every request.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

struct Parts {
    services: Services,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    assets: Arc<Assets>,
    leptos: LeptosOptions,
    mcp: McpDoor,
}

impl AppState {
    /// From a running platform.
    pub fn new(platform: &Platform, assets: Assets) -> Self {
        Self(Arc::new(Parts {
            services: platform.services.clone(),
            store: platform.store.clone(),
            metrics: platform.metrics.clone(),
            assets: Arc::new(assets),
            leptos: LeptosOptions::builder().output_name("evenkeel").build(),
            mcp: McpDoor::new(platform.services.public_url()),
        }))
    }
}

macro_rules! parts {
    ($($field:ident: $type:ty),+ $(,)?) => {$(
        impl FromRef<AppState> for $type {
            fn from_ref(state: &AppState) -> Self {
                state.0.$field.clone()
            }
        }
    )+};
}

parts! {
    services: Services,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    assets: Arc<Assets>,
    leptos: LeptosOptions,
    mcp: McpDoor,
}
