//! The application: every route is listed here.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::pages::{
    ApprovalsPage, AuditPage, ClustersPage, ConnectPage, EvidencePage, IncidentPage, IncidentsPage,
    IntegrationsPage, Login, NotFound, OverviewPage, PoliciesPage, SettingsPage, SignedIn,
    WarRoomPage,
};

/// Pages and their routes. Each is rendered whole before it is sent: it then has its status and its title, and is
/// complete where no script runs.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let title = |title: String| {
        // The library writes it into the page as it is, and a title can hold what an alert says. The browser sets it
        // as text.
        let title = if cfg!(feature = "ssr") {
            title.replace('&', "&amp;").replace('<', "&lt;")
        } else {
            title
        };
        if title.is_empty() { "Evenkeel".to_owned() } else { format!("{title} · Evenkeel") }
    };
    view! {
        <Title formatter=title />
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=SignedIn ssr=SsrMode::Async>
                    <Route path=path!("/") view=OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("/incidents") view=IncidentsPage ssr=SsrMode::Async />
                    <Route path=path!("/incidents/:id") view=IncidentPage ssr=SsrMode::Async />
                    <Route path=path!("/incidents/:id/evidence/:evidence") view=EvidencePage ssr=SsrMode::Async />
                    <Route path=path!("/clusters") view=ClustersPage ssr=SsrMode::Async />
                    <Route path=path!("/clusters/new") view=ConnectPage ssr=SsrMode::Async />
                    <Route path=path!("/clusters/:id") view=WarRoomPage ssr=SsrMode::Async />
                    <Route path=path!("/integrations") view=IntegrationsPage ssr=SsrMode::Async />
                    <Route path=path!("/approvals") view=ApprovalsPage ssr=SsrMode::Async />
                    <Route path=path!("/policies") view=PoliciesPage ssr=SsrMode::Async />
                    <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}
