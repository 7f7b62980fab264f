//! The frame around every page but the sign-in: who is signed in, where one can go, what is stopped.

use evenkeel_domain::{
    access::Permission,
    id::ClusterId,
    view::{ClusterTile, Me},
};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

use super::{load::ToSignIn, words};
use crate::{
    api::{Known, SignOut, page_status},
    icons::{Glyph, Icon},
    shell::{Frame, Identity, NavItem},
    ui::{Banner, Command, ConnectionBanner, PracticeBanner, Tone},
};

/// What every page knows: who is signed in, and what the frame shows of the world.
#[derive(Clone, Copy)]
pub struct Signed {
    me: StoredValue<Me>,
    awaiting: RwSignal<u64>,
    stopped: RwSignal<Vec<String>>,
    clusters: RwSignal<Vec<ClusterTile>>,
}

impl Signed {
    fn new(me: Me, clusters: Vec<ClusterTile>) -> Self {
        Self {
            awaiting: RwSignal::new(me.awaiting),
            stopped: RwSignal::new(me.stopped.clone()),
            me: StoredValue::new(me),
            clusters: RwSignal::new(clusters),
        }
    }

    /// The signed-in person.
    pub fn me(&self) -> Me {
        self.me.get_value()
    }

    /// Whether they may do this in general.
    pub fn may(&self, permission: Permission) -> bool {
        self.me.with_value(|me| me.permissions.contains(&permission))
    }

    /// The clusters, by name.
    pub fn clusters(&self) -> RwSignal<Vec<ClusterTile>> {
        self.clusters
    }
}

/// What every page knows.
pub fn use_signed() -> Signed {
    expect_context::<Signed>()
}

/// The frame, if somebody is signed in.
#[component]
pub fn SignedIn() -> impl IntoView {
    let Some(Known { me, clusters }) = Known::here() else {
        page_status(401);
        return view! { <ToSignIn /> }.into_any();
    };
    let signed = Signed::new(me, clusters);
    provide_context(signed);
    view! { <Framed signed=signed /> }.into_any()
}

#[component]
fn Framed(
    /// What the frame shows.
    signed: Signed,
) -> impl IntoView {
    let path = use_location().pathname;
    let room = Memo::new(move |_| is_room(&path.read()));
    let here = Memo::new(move |_| cluster_in(&path.read()));
    let me = signed.me();
    let identity = Identity {
        organisation: me.organisation,
        user: me.email,
        role: words::sentence(me.role.as_str()),
        sign_out: <SignOut as leptos::server_fn::ServerFn>::PATH.to_owned(),
    };
    let banners = move || {
        let stopped = move || {
            let names = signed.stopped.get();
            (!names.is_empty()).then(|| {
                view! {
                    <Banner tone=Tone::Danger glyph=Glyph::Stop>
                        <strong>"Emergency Stop"</strong>
                        " on "{names.join(", ")}". Nothing is written there until a person lifts it."
                    </Banner>
                }
            })
        };
        let practice = move || {
            let here = here.get()?;
            let practice = signed.clusters.with(|all| {
                all.iter().any(|tile| tile.cluster.id == here && tile.cluster.practice_range)
            });
            practice.then(|| view! { <PracticeBanner /> })
        };
        view! { {stopped} {practice} <ConnectionBanner /> }
    };
    let top = move || view! { <ClusterSwitch signed=signed here=here /> };
    view! {
        <Frame
            nav=Signal::derive(move || nav(signed.awaiting.get()))
            identity=identity
            commands=commands(&signed.clusters.read_untracked())
            room=room
            top=top
            banners=banners
        >
            <Outlet />
        </Frame>
    }
    .into_any()
}

#[component]
fn ClusterSwitch(
    /// Knows the clusters.
    signed: Signed,
    /// The cluster one is at.
    here: Memo<Option<ClusterId>>,
) -> impl IntoView {
    move || {
        let here = here.get();
        let clusters = signed.clusters.get();
        let name = clusters
            .iter()
            .find(|tile| Some(tile.cluster.id) == here)
            .map(|tile| tile.cluster.name.clone());
        let links = clusters
            .into_iter()
            .map(|tile| {
                let current = (Some(tile.cluster.id) == here).then_some("page");
                view! {
                    <a class="btn btn--ghost" href=format!("/clusters/{}", tile.cluster.id) aria-current=current>
                        {tile.cluster.name}" "{words::environment_badge(tile.cluster.environment)}
                    </a>
                }
            })
            .collect_view();
        view! {
            <details class="menu switch">
                <summary class="menu__button">
                    <Icon glyph=Glyph::Clusters />
                    <span class="switch__name">{name.unwrap_or_else(|| "Clusters".to_owned())}</span>
                    <Icon glyph=Glyph::Down />
                </summary>
                <div class="menu__body">
                    {links}
                    <a class="btn btn--ghost" href="/clusters">"All clusters"</a>
                </div>
            </details>
        }
    }
}

/// The rail.
fn nav(awaiting: u64) -> Vec<NavItem> {
    let item = |label, href, glyph| NavItem { label, href, glyph, count: None };
    vec![
        item("Overview", "/", Glyph::Overview),
        item("Incidents", "/incidents", Glyph::Incidents),
        item("Clusters", "/clusters", Glyph::Clusters),
        NavItem { count: Some(awaiting), ..item("Approvals", "/approvals", Glyph::Approvals) },
        item("Integrations", "/integrations", Glyph::Tool),
        item("Policies", "/policies", Glyph::Policies),
        item("Audit", "/audit", Glyph::Audit),
        item("Settings", "/settings", Glyph::Settings),
    ]
}

/// What the palette offers: every page, every cluster, and the way to stop one.
fn commands(clusters: &[ClusterTile]) -> Vec<Command> {
    let command =
        |label: String, hint: &str, href: String| Command { label, hint: hint.to_owned(), href };
    let mut all: Vec<Command> = nav(0)
        .into_iter()
        .map(|item| command(item.label.to_owned(), "Page", item.href.to_owned()))
        .collect();
    for ClusterTile { cluster, .. } in clusters {
        let room = format!("/clusters/{}", cluster.id);
        all.push(command(cluster.name.clone(), "War Room", room.clone()));
        let (words, hint) = match cluster.stop {
            Some(_) => (format!("Resume {}", cluster.name), "Lift Emergency Stop (asks)"),
            None => (format!("Stop {}", cluster.name), "Emergency Stop (asks)"),
        };
        all.push(command(words, hint, format!("{room}#stop")));
        all.push(command(
            format!("Investigate {}", cluster.name),
            "Start an investigation (asks)",
            format!("{room}#investigate"),
        ));
        all.push(command(
            format!("Open incidents of {}", cluster.name),
            "Incidents",
            format!("/incidents?open=true&cluster={}", cluster.id),
        ));
    }
    all.push(command("Approve a waiting plan".to_owned(), "Approvals", "/approvals".to_owned()));
    all.push(command("Connect a cluster".to_owned(), "Clusters", "/clusters/new".to_owned()));
    all
}

/// War Rooms and Incident Command Centers are dark rooms; lists and settings are light.
fn is_room(path: &str) -> bool {
    cluster_in(path).is_some()
        || path.strip_prefix("/incidents/").is_some_and(|rest| !rest.is_empty())
}

fn cluster_in(path: &str) -> Option<ClusterId> {
    ClusterId::parse(path.strip_prefix("/clusters/")?.trim_end_matches('/')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_dark_and_lists_are_not() {
        let id = ClusterId::from_parts(1, 2);
        assert!(is_room(&format!("/clusters/{id}")) && is_room("/incidents/01J"));
        assert!(!is_room("/clusters/new") && !is_room("/incidents") && !is_room("/"));
        assert_eq!(cluster_in(&format!("/clusters/{id}/")), Some(id));
    }
}
