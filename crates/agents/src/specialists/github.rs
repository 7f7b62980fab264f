//! The GitHub specialist: from what workloads changed to around the onset, to the commits and pull
//! requests it was made from. What was changed to is told by an annotation that names the commit,
//! else by the image's tag, else by an annotation or label that names a version.
//!
//! It reads the workloads itself: specialists look at the same time and know nothing of each
//! other. A repository is asked only where its tags or commits carry the image's version, so a
//! version that several repositories know tells nothing and is said to be a gap.

use evenkeel_domain::{
    Timestamp,
    evidence::{Agent, Gap},
    id::EvidenceId,
    object::ObjectRef,
};
use evenkeel_tools::{
    github::{FindChangeArgs, FoundChange, ListRepositoriesArgs, Repository},
    kubernetes::{
        ControllerKind, GetDeploymentArgs, ListDeploymentsArgs, ListWorkloadsArgs, Revision,
        RolloutHistoryArgs, WorkloadKind,
    },
};
use jiff::SignedDuration;

use super::{locate, probe::probe};
use crate::{
    bench::{Answer, Bench, Interrupted},
    focus::Focus,
    view::{CodeView, Release, owner},
};

const AGENT: Agent = Agent::Github;
/// How long before the onset a release still is one to think of; as for changes in the cluster.
const BEFORE: SignedDuration = SignedDuration::from_hours(2);
/// What was made longer ago than this before a revision has hardly come with it, if nothing says so.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// Workloads looked at in one namespace where the alert names none.
const WORKLOADS: usize = 10;
/// Annotation that names the very commit ([OCI](https://github.com/opencontainers/image-spec/blob/main/annotations.md)).
const COMMIT: &str = "org.opencontainers.image.revision";
/// Releases looked up: each asks every repository.
const RELEASES: usize = 4;

/// A release whose code isn't known yet.
struct Candidate {
    object: ObjectRef,
    revision: i64,
    at: Timestamp,
    image: Image,
    /// Version that ran before; `None` where no revision is kept that would tell.
    previous: Option<String>,
}

/// An image's name and version.
#[derive(Debug, PartialEq)]
struct Image {
    component: String,
    version: String,
}

/// Looks.
pub async fn look(bench: &dyn Bench) -> Result<CodeView, Interrupted> {
    let state = bench.state().await;
    let onset = state.onset();
    let mut focus = Focus::of(&state);
    if focus.namespaces.is_empty()
        && let Some(found) = locate::for_agent(bench, AGENT, &focus).await?
    {
        focus.namespaces.push(found);
    }
    bench.note(AGENT, "looking for the code behind what was released lately".into()).await?;
    let mut view = CodeView { releases: Vec::new() };
    let arguments = ListRepositoriesArgs::default();
    let Some(listed) = probe(bench, AGENT, "the repositories", &arguments).await? else {
        return Ok(view);
    };
    for repository in listed.value.repositories.iter().filter(|r| r.error.is_some()) {
        let gap = Gap {
            agent: AGENT,
            what: format!("repository {}", repository.repository),
            why: repository.error.clone().unwrap_or_default(),
            evidence: Some(listed.evidence),
        };
        bench.miss(gap).await?;
    }
    let mut candidates = Vec::new();
    for namespace in &focus.namespaces {
        candidates.extend(releases(bench, &focus, namespace, onset).await?);
    }
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.at));
    candidates.truncate(RELEASES);
    for candidate in candidates {
        let listed_in = listed.evidence;
        view.releases.extend(code(bench, &listed.value.repositories, listed_in, candidate).await?);
    }
    Ok(view)
}

async fn releases(
    bench: &dyn Bench,
    focus: &Focus,
    namespace: &str,
    onset: Timestamp,
) -> Result<Vec<Candidate>, Interrupted> {
    let arguments =
        ListDeploymentsArgs { namespace: namespace.to_owned(), ..ListDeploymentsArgs::default() };
    let what = format!("the Deployments of namespace {namespace}");
    let list = probe(bench, AGENT, what, &arguments).await?;
    let arguments = ListWorkloadsArgs {
        namespace: namespace.to_owned(),
        kinds: vec![ControllerKind::StatefulSet, ControllerKind::DaemonSet],
        ..ListWorkloadsArgs::default()
    };
    let what = format!("the StatefulSets and DaemonSets of namespace {namespace}");
    let sets = probe(bench, AGENT, what, &arguments).await?;
    let mut names: Vec<(WorkloadKind, String)> = Vec::new();
    let deployments = list.iter().flat_map(|list| &list.value.deployments);
    names.extend(deployments.map(|d| (WorkloadKind::Deployment, d.name.clone())));
    for set in sets.iter().flat_map(|sets| &sets.value.workloads) {
        let kind = match set.kind {
            ControllerKind::StatefulSet => WorkloadKind::StatefulSet,
            ControllerKind::DaemonSet => WorkloadKind::DaemonSet,
            _ => continue,
        };
        names.push((kind, set.name.clone()));
    }
    // Like the Kubernetes specialist: what the alert names, and its neighbours, for the cause may
    // lie behind it.
    names.sort_by_key(|(_, name)| !focus.names(name));
    if names.len() > WORKLOADS {
        let left = names.len() - WORKLOADS;
        let gap = Gap {
            agent: AGENT,
            what: format!("what {left} other workloads of namespace {namespace} were made from"),
            why: format!(
                "{WORKLOADS} are looked at in one namespace, those that the alert names first"
            ),
            evidence: sets.as_ref().map(|sets| sets.evidence),
        };
        bench.miss(gap).await?;
        names.truncate(WORKLOADS);
    }
    let mut found = Vec::new();
    for (kind, name) in names {
        let what = format!("{} {namespace}/{name}", kind.as_str());
        let object = ObjectRef::new(owner::of_workload(kind), namespace, &name);
        let namespace = namespace.to_owned();
        let revisions = if kind == WorkloadKind::Deployment {
            let arguments = GetDeploymentArgs { namespace, name };
            probe(bench, AGENT, what, &arguments).await?.map(|answer| answer.value.revisions)
        } else {
            let arguments = RolloutHistoryArgs { namespace, kind, name };
            probe(bench, AGENT, what, &arguments).await?.map(|answer| answer.value.revisions)
        };
        found.extend(revisions.and_then(|revisions| released(object, &revisions, onset)));
    }
    Ok(found)
}

/// The revision of a workload that came last before the onset or since, if it changed what the workload runs. Where no
/// earlier revision is kept, what it runs is told if that is one thing only.
fn released(object: ObjectRef, revisions: &[Revision], onset: Timestamp) -> Option<Candidate> {
    let mut revisions: Vec<&Revision> = revisions.iter().collect();
    revisions.sort_by_key(|revision| std::cmp::Reverse(revision.revision));
    let at = revisions.iter().position(|revision| revision.current)?;
    let (now, before) = (revisions[at], revisions.get(at + 1).copied());
    let created = now.created_at.filter(|created| onset.duration_since(*created) <= BEFORE)?;
    let (image, previous) = match before {
        Some(before) => {
            let (image, previous) = changed(&object.name, before, now)?;
            (image, Some(previous))
        }
        // The first has replaced nothing.
        None if now.revision > 1 => (alone(&object.name, now)?, None),
        None => return None,
    };
    Some(Candidate { object, revision: now.revision, at: created, image, previous })
}

/// What a revision runs that the one before did not, and that one's version.
fn changed(name: &str, before: &Revision, now: &Revision) -> Option<(Image, String)> {
    let gone: Vec<_> = before.images.iter().filter(|it| !now.images.contains(it)).collect();
    let come: Vec<_> = now.images.iter().filter(|it| !before.images.contains(it)).collect();
    // A pipeline may mark every roll-out. What runs the very same image runs the same code, unless
    // what its tag stands for may have changed.
    if come.is_empty() && gone.is_empty() && now.images.iter().all(|image| is_fixed(image)) {
        return None;
    }
    let component = match (come.as_slice(), now.images.as_slice()) {
        ([image], _) => component(image).unwrap_or(name),
        ([], [image]) => component(image).unwrap_or(name),
        _ => name,
    };
    let marked = |which: fn(&str) -> bool| {
        let (old, new) = (before.source.as_ref()?, now.source.as_ref()?);
        let both = old.key == new.key && which(&new.key) && old.value != new.value;
        let image = Image { component: component.to_owned(), version: new.value.clone() };
        both.then(|| (image, old.value.clone()))
    };
    let tagged = || {
        // Of several images that changed none is blamed.
        let (&[gone], &[come]) = (gone.as_slice(), come.as_slice()) else { return None };
        let (image, previous) = (Image::parse(come)?, Image::parse(gone)?);
        let same = image.component == previous.component && image.version != previous.version;
        same.then_some((image, previous.version))
    };
    marked(|key| key == COMMIT).or_else(tagged).or_else(|| marked(|_| true))
}

/// What a revision runs, if that is one thing.
fn alone(name: &str, now: &Revision) -> Option<Image> {
    let only = match now.images.as_slice() {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let marked = |which: fn(&str) -> bool| {
        let source = now.source.as_ref().filter(|source| which(&source.key))?;
        let component = only.and_then(component).unwrap_or(name).to_owned();
        Some(Image { component, version: source.value.clone() })
    };
    marked(|key| key == COMMIT).or_else(|| only.and_then(Image::parse)).or_else(|| marked(|_| true))
}

/// Whether an image's name stands for the same bytes at any time: by a digest, or by the tag of a version.
fn is_fixed(image: &str) -> bool {
    image.contains('@') || Image::parse(image).is_some()
}

/// `checkout` of `registry:5000/team/checkout:1.5.0@sha256:…`.
fn component(image: &str) -> Option<&str> {
    let named = image.split('@').next()?;
    let last = named.rsplit('/').next()?;
    last.split(':').next().filter(|name| !name.is_empty())
}

impl Image {
    /// `registry:5000/team/checkout:1.5.0@sha256:…`; `None` without a tag, and for tags that mean
    /// no version.
    fn parse(image: &str) -> Option<Self> {
        let component = component(image)?;
        let named = image.split('@').next()?;
        let (_, version) = named.rsplit('/').next()?.split_once(':')?;
        let means_nothing =
            ["latest", "main", "master", "stable", "edge", "dev"].contains(&version);
        let fits = !version.is_empty() && !means_nothing;
        fits.then(|| Self { component: component.to_owned(), version: version.to_owned() })
    }
}

/// Asks the repositories which of them knows the version.
async fn code(
    bench: &dyn Bench,
    repositories: &[Repository],
    listed_in: EvidenceId,
    candidate: Candidate,
) -> Result<Option<Release>, Interrupted> {
    let mut known: Vec<(u64, Answer<FoundChange>)> = Vec::new();
    for repository in repositories {
        let Some(id) = repository.id else { continue };
        let arguments = FindChangeArgs {
            repository: repository.repository.clone(),
            version: candidate.image.version.clone(),
            previous: candidate.previous.clone(),
            component: Some(candidate.image.component.clone()),
            at: Some(candidate.at),
        };
        let what = format!("version {} in {}", candidate.image.version, repository.repository);
        if let Some(answer) = probe(bench, AGENT, what, &arguments).await?
            && answer.value.commit.is_some()
        {
            known.push((id, answer));
        }
    }
    // A tag with the component's name, or a repository called like it, is surer than `1.5.0` alone.
    let component = candidate.image.component.as_str();
    let sure = |answer: &Answer<FoundChange>| {
        let tag = match &answer.value.matched {
            Some(evenkeel_tools::github::Matched::Tag { name }) => name.contains(component),
            Some(evenkeel_tools::github::Matched::Commit) => true,
            _ => false,
        };
        tag || answer.value.repository.rsplit('/').next() == Some(component)
    };
    if known.len() > 1 && known.iter().filter(|(_, answer)| sure(answer)).count() == 1 {
        known.retain(|(_, answer)| sure(answer));
    }
    let what = format!("the code of {} {}", candidate.image.component, candidate.image.version);
    let why = match known.len() {
        0 => "no repository of the connection has a tag, commit or deployment of that version",
        1 if candidate.previous.is_none() && !is_fresh(&known[0].1.value, candidate.at) => {
            "no earlier revision of the workload is kept, and the version is older than a day: whether it came with this revision cannot be told"
        }
        1 => {
            let (repository_id, found) = known.remove(0);
            return Ok(Some(Release {
                object: candidate.object,
                revision: candidate.revision,
                at: candidate.at,
                version: candidate.image.version,
                previous: found.value.previous.clone(),
                repository_id,
                found,
                listed_in,
            }));
        }
        _ => "several repositories know that version, and none of them is called like the image",
    };
    bench.miss(Gap { agent: AGENT, what, why: why.into(), evidence: Some(listed_in) }).await?;
    Ok(None)
}

/// Whether a version's commit was made shortly before the revision that runs it.
fn is_fresh(found: &FoundChange, revision_at: Timestamp) -> bool {
    let made = found.commit.as_ref().and_then(|commit| commit.committed_at);
    made.is_some_and(|made| revision_at.duration_since(made) <= FRESH)
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::kubernetes::{Deployment, SourceVersion};

    use super::*;
    use crate::testing::world::{self, at};

    #[test]
    fn an_image_has_a_version_or_tells_nothing() {
        let image = |text: &str| Image::parse(text).map(|i| (i.component, i.version));
        let some = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(image("registry.range.local/shop/checkout:1.5.0"), some("checkout", "1.5.0"));
        assert_eq!(image("host:5000/a/b:sha-1a2b3c4@sha256:00"), some("b", "sha-1a2b3c4"));
        for nothing in ["host:5000/a/b", "nginx", "nginx:latest", "a@sha256:00"] {
            assert_eq!(image(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_release_is_a_late_revision_with_another_version() {
        let released = |deployment: &Deployment, onset| {
            super::released(ObjectRef::deployment("shop", "api"), &deployment.revisions, onset)
        };
        let mut deployment = world::deployment("api")
            .revision(4, "aaaa", at(-90_000))
            .revision(5, "bbbb", at(-120))
            .build();
        let images = |deployment: &mut Deployment, now: &str, before: &str| {
            for revision in &mut deployment.revisions {
                let image = if revision.current { now } else { before };
                revision.images = vec![image.to_owned()];
            }
        };
        images(&mut deployment, "r/api:2", "r/api:1");
        let found = released(&deployment, at(-30)).unwrap();
        assert_eq!(
            (found.revision, found.image.version.as_str(), found.previous.as_deref()),
            (5, "2", Some("1"))
        );
        images(&mut deployment, "r/api:1", "r/api:1");
        assert!(released(&deployment, at(-30)).is_none(), "only its settings changed");
        images(&mut deployment, "r/api:2", "r/api:1");
        assert!(released(&deployment, at(90_000)).is_none(), "long ago");
        deployment.revisions.retain(|revision| revision.current);
        let found = released(&deployment, at(-30)).unwrap();
        assert_eq!((found.image.version.as_str(), found.previous), ("2", None));
        deployment.revisions[0].revision = 1;
        assert!(released(&deployment, at(-30)).is_none(), "the first has replaced nothing");
    }

    #[test]
    fn an_annotation_names_the_commit_and_a_digest_alone_tells_nothing() {
        let source =
            |key: &str, value: &str| Some(SourceVersion { key: key.into(), value: value.into() });
        let mut deployment = world::deployment("api")
            .revision(4, "aaaa", at(-90_000))
            .revision(5, "bbbb", at(-120))
            .build();
        let mut found = |now: (&[&str], Option<SourceVersion>),
                         before: (&[&str], Option<SourceVersion>)| {
            for revision in &mut deployment.revisions {
                let (images, source) = if revision.current { &now } else { &before };
                revision.images = images.iter().map(|image| (*image).to_owned()).collect();
                revision.source.clone_from(source);
            }
            let object = ObjectRef::deployment("shop", "api");
            let found = released(object, &deployment.revisions, at(-30))?;
            Some((found.image.component, found.image.version, found.previous?))
        };
        let some = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        let digests = (&["r/web@sha256:11"][..], &["r/web@sha256:22"][..]);
        let with = |images, source| (images, source);
        assert_eq!(found(with(digests.1, None), with(digests.0, None)), None);
        let (old, new) = (source(COMMIT, "aaaaaaa"), source(COMMIT, "bbbbbbb"));
        assert_eq!(
            found(with(digests.1, new.clone()), with(digests.0, old.clone())),
            some("web", "bbbbbbb", "aaaaaaa")
        );
        let (one, two) = (&["r/web:1"][..], &["r/web:2"][..]);
        assert_eq!(
            found(with(two, new.clone()), with(one, old)),
            some("web", "bbbbbbb", "aaaaaaa"),
            "a commit is surer than a tag"
        );
        assert_eq!(found(with(two, new), with(one, None)), some("web", "2", "1"));
        let label = |value| source("app.kubernetes.io/version", value);
        assert_eq!(found(with(two, label("8")), with(one, label("7"))), some("web", "2", "1"));
        assert_eq!(
            found(with(&["a:2", "b:2"], label("8")), with(&["a:1", "b:1"], label("7"))),
            some("api", "8", "7"),
            "several images, one version"
        );
        assert_eq!(found(with(digests.1, label("7")), with(digests.0, label("7"))), None);
        let mut marked =
            |images| found(with(images, source(COMMIT, "b")), with(images, source(COMMIT, "a")));
        assert_eq!(
            marked(digests.0),
            None,
            "the same image is the same code, whatever is written on it"
        );
        assert_eq!(marked(one), None);
        assert_eq!(
            marked(&["r/web:latest"]),
            some("web", "b", "a"),
            "what `latest` is may have changed"
        );
    }
}
