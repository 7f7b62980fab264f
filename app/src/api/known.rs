//! What the frame around every page shows, known before the first component is made.

use evenkeel_domain::view::{ClusterTile, Me};
use leptos::prelude::SharedValue;
use serde::{Deserialize, Serialize};

/// The signed-in person and the clusters. The server's middleware puts it with the request; the browser finds it in the
/// page. It is no resource, because what is made inside a suspended view may be made twice on the server, and then no
/// longer finds its data in the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The person.
    pub me: Me,
    /// The clusters, by name.
    pub clusters: Vec<ClusterTile>,
}

impl Known {
    /// Of this request, or of this page; `None` where nobody is signed in, or the page came before signing in.
    pub fn here() -> Option<Self> {
        SharedValue::new(Self::of_request).into_inner()
    }

    #[cfg(feature = "ssr")]
    fn of_request() -> Option<Self> {
        leptos::prelude::use_context::<http::request::Parts>()?.extensions.get::<Self>().cloned()
    }

    #[cfg(not(feature = "ssr"))]
    fn of_request() -> Option<Self> {
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
