//! What the frame around every page shows, known before the first component is made.

use evenkeel_domain::view::{ClusterTile, Me};

/// The signed-in person and the clusters. The server's middleware puts it with the request.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The person.
    pub me: Me,
    /// The clusters, by name.
    pub clusters: Vec<ClusterTile>,
}

impl Known {
    /// Of this request; `None` where nobody is signed in.
    #[cfg(feature = "ssr")]
    pub fn here() -> Option<Self> {
        leptos::prelude::use_context::<http::request::Parts>()?.extensions.get::<Self>().cloned()
    }

    /// Only the server renders pages.
    #[cfg(not(feature = "ssr"))]
    pub fn here() -> Option<Self> {
        None
    }

    /// Asks the services; for the middleware.
    #[cfg(feature = "ssr")]
    pub async fn ask(
        services: &evenkeel_services::Services,
        caller: &evenkeel_domain::access::Caller,
    ) -> Result<Self, evenkeel_services::ServiceError> {
        Ok(Self { me: services.me(caller).await?, clusters: services.clusters(caller).await? })
    }
}
