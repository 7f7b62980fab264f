//! What a workload's release was made from.
//!
//! Only a release that brought one single change can be taken back as one; of several, none is
//! blamed and all are told.

use evenkeel_domain::{finding::FindingKind, severity::Severity, text::clip};
use evenkeel_tools::github::Change;

use crate::{
    draft::{Draft, facts},
    moment, quote,
    view::{CodeView, Release},
};

/// Changes named in a sentence.
const NAMED: usize = 3;

/// Finds them.
pub fn analyze(view: &CodeView) -> Vec<Draft> {
    view.releases.iter().map(describe).collect()
}

fn describe(release: &Release) -> Draft {
    let found = &release.found.value;
    let name = &release.object.name;
    let changes = found.changes.as_deref().unwrap_or_default();
    let came = moment::clock(release.at);
    let what = match changes {
        [only] => format!("was made from one change, {}", words(only)),
        [] => "has no change of its own that its repository tells".to_owned(),
        several => {
            let some: Vec<_> = several.iter().take(NAMED).map(words).collect();
            let more = if several.len() > NAMED || found.truncated { " and more" } else { "" };
            format!("was made from several changes: {}{more}", some.join("; "))
        }
    };
    let summary = format!(
        "release {} of {name} (revision {}, {came}) {what} in {}",
        release.version, release.revision, found.repository
    );
    let mut draft =
        Draft::new(FindingKind::CodeChange, release.object.clone(), Severity::Info, summary)
            .since(Some(release.at))
            .fact("revision", release.revision)
            .fact("version", &release.version)
            .maybe("previous_version", release.previous.as_ref())
            .fact("repository", &found.repository)
            .fact("repository_id", release.repository_id)
            .fact("listed_in", release.listed_in)
            .fact("branch", &found.branch)
            .fact("changes", changes.len());
    if let Some(commit) = &found.commit {
        draft = draft.cite(release.found.evidence, quote::field("sha", &commit.sha));
    }
    for change in changes.iter().take(NAMED) {
        draft = draft.cite(release.found.evidence, quote::field("title", &change.commit.title));
    }
    if let ([only], false) = (changes, found.truncated) {
        draft = draft
            .fact(facts::COMMIT, &only.commit.sha)
            .maybe(facts::PULL, only.pull.as_ref().map(|pull| pull.number))
            .maybe("author", only.commit.author.as_ref())
            .fact("paths", only.paths.join(", "));
    }
    draft
}

/// A change in words: titles are quoted, they are others' words.
fn words(change: &Change) -> String {
    let title = clip(&change.commit.title, 80);
    match &change.pull {
        Some(pull) => format!("pull request #{} \"{title}\"", pull.number),
        None => format!("commit {} \"{title}\"", clip(&change.commit.sha, 7).trim_end_matches('…')),
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::{id::EvidenceId, object::ObjectRef};
    use evenkeel_tools::github::{Commit, FoundChange, Matched};

    use super::*;
    use crate::{bench::Answer, testing::world::at};

    fn commit(digit: &str, title: &str) -> Commit {
        Commit {
            sha: digit.repeat(40),
            title: title.into(),
            body: None,
            author: Some("dev".into()),
            committed_at: None,
            parents: Vec::new(),
        }
    }

    fn release(titles: &[&str]) -> Release {
        let changes: Vec<_> = titles
            .iter()
            .map(|title| Change {
                commit: commit("a", title),
                pull: None,
                paths: vec!["checkout/prices.json".into()],
                paths_truncated: false,
            })
            .collect();
        Release {
            object: ObjectRef::deployment("shop", "checkout"),
            revision: 2,
            at: at(-60),
            version: "1.5.0".into(),
            previous: Some("1.4.2".into()),
            repository_id: 7,
            found: Answer {
                evidence: EvidenceId::from_parts(0, 1),
                value: FoundChange {
                    repository: "acme/shop".into(),
                    version: "1.5.0".into(),
                    matched: Some(Matched::Tag { name: "checkout-1.5.0".into() }),
                    commit: Some(commit("a", titles.first().copied().unwrap_or("x"))),
                    previous: None,
                    previous_commit: None,
                    changes: Some(changes),
                    truncated: false,
                    branch: "main".into(),
                },
            },
            listed_in: EvidenceId::from_parts(0, 2),
        }
    }

    #[test]
    fn one_change_can_be_blamed_and_several_cannot() {
        let one = &analyze(&CodeView { releases: vec![release(&["new \"prices\""])] })[0];
        assert_eq!(one.facts[facts::COMMIT], "a".repeat(40));
        assert!(one.summary.contains("one change"), "{}", one.summary);
        let two = &analyze(&CodeView { releases: vec![release(&["x", "y"])] })[0];
        assert!(!two.facts.contains_key(facts::COMMIT));
        assert!(two.summary.contains("several changes"), "{}", two.summary);
    }

    #[test]
    fn its_quotes_stand_in_the_answer() {
        let release = release(&["new \"prices\"\tx"]);
        let kept = serde_json::to_string_pretty(&release.found.value).unwrap();
        let draft = describe(&release);
        assert!(draft.evidence.len() >= 2);
        for citation in &draft.evidence {
            assert!(quote::stands_in(&citation.quote, &kept), "{}", citation.quote);
        }
    }
}
