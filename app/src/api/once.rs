//! What a person is shown once, after the form that made it.
//!
//! A form leads to a page, so the answer of its server function is never seen by who posted it: a secret would be
//! lost. It waits in the session until the page that posted it is opened, and is gone with that.

use evenkeel_domain::view::{ConnectedCluster, CreatedToken};
use serde::{Deserialize, Serialize};

use super::NewUser;

/// A secret that is shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Secret {
    /// Of a new API token.
    Token(CreatedToken),
    /// The password of a new person.
    Person(NewUser),
    /// Of a new cluster, or the new one of a known cluster.
    Cluster(ConnectedCluster),
}

/// A secret on its way to the page that asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Once {
    path: Option<String>,
    secret: Secret,
}

impl Once {
    /// The secret this page is to show.
    #[cfg(feature = "ssr")]
    pub fn here() -> Option<Secret> {
        let parts = leptos::prelude::use_context::<http::request::Parts>()?;
        parts.extensions.get::<Self>().map(|once| once.secret.clone())
    }

    /// Only the server renders pages.
    #[cfg(not(feature = "ssr"))]
    pub fn here() -> Option<Secret> {
        None
    }
}

#[cfg(feature = "ssr")]
mod session {
    use http::{HeaderMap, Method, header, request::Parts};
    use leptos::prelude::use_context;
    use tower_sessions::Session;

    use super::{Once, Secret};
    use crate::{api::ApiError, live::REFRESH_HEADER};

    /// Under which key a session keeps it.
    const KEY: &str = "once";

    impl Once {
        /// Keeps a secret for the page to which the form leads. Programs read it in the answer.
        pub async fn keep(secret: impl FnOnce() -> Secret) -> Result<(), ApiError> {
            let Some(parts) = use_context::<Parts>() else { return Ok(()) };
            if !wants_page(&parts.headers) {
                return Ok(());
            }
            let path = path_of_referer(&parts.headers);
            let session = super::super::asking::session().await?;
            let once = Self { path, secret: secret() };
            session.insert(KEY, once).await.map_err(|_| super::super::asking::store_failed())
        }

        /// Takes it out of the session, when this request opens the page it is for. A page that is only refreshed
        /// shows it already, or is another tab's.
        pub async fn take(
            session: &Session,
            method: &Method,
            path: &str,
            headers: &HeaderMap,
        ) -> Option<Self> {
            if *method != Method::GET || headers.contains_key(REFRESH_HEADER) {
                return None;
            }
            let waiting: Self = session.get(KEY).await.ok().flatten()?;
            if waiting.path.as_deref().is_some_and(|wanted| wanted != path) {
                return None;
            }
            session.remove(KEY).await.ok().flatten()
        }
    }

    fn wants_page(headers: &HeaderMap) -> bool {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    }

    fn path_of_referer(headers: &HeaderMap) -> Option<String> {
        let referer = headers.get(header::REFERER)?.to_str().ok()?;
        referer.parse::<http::Uri>().ok().map(|address| address.path().to_owned())
    }
}
