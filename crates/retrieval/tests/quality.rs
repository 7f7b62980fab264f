//! How well alerts find their runbooks: 60 pairs among 256 documents, a third of the pairs held out.
#![expect(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a test over dozens of things, whose helpers fail by panicking"
)]

mod evaluation;

use evaluation::{Figures, ask, figures, fill, is_held_out, pairs, place};
use evenkeel_retrieval::Index;

fn measure(index: &Index, wanted: impl Fn(usize) -> bool) -> Figures {
    let pairs = pairs();
    let asked = pairs.iter().enumerate().filter(|(nth, _)| wanted(*nth));
    figures(asked.map(|(_, pair)| {
        let hits = ask(index, pair, 20);
        let place = place(hits.iter().map(|hit| hit.id.as_str()), &pair.expect);
        if place != Some(1) {
            println!("{place:?} {}: {} before {}", pair.alert, hits[0].id, pair.expect);
        }
        place
    }))
}

#[test]
fn the_test_data_are_what_they_claim() {
    assert_eq!(pairs().len(), 60);
    let distractors = evaluation::distractors();
    assert_eq!(distractors.len(), 200);
    let targets = evaluation::targets();
    assert_eq!(targets.len(), 9 + 47);
    for pair in pairs() {
        assert!(targets.iter().any(|target| target.id == pair.expect), "{}", pair.expect);
    }
    let mut texts: Vec<_> = distractors.iter().map(|d| format!("{:?}", d.sections)).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 200, "all distractors differ");
}

#[test]
fn alerts_find_their_runbook() {
    let index = fill(Index::default());
    for (which, figures) in
        [("all", measure(&index, |_| true)), ("held out", measure(&index, is_held_out))]
    {
        println!("{which}: {figures:?}");
        assert!(figures.recall_3 >= 0.95, "{which}: {figures:?}");
        assert!(figures.mrr >= 0.85, "{which}: {figures:?}");
    }
}

#[test]
fn the_order_of_putting_in_does_not_matter() {
    let index = fill(Index::default());
    let mut other = Index::default();
    let mut documents: Vec<_> = index.documents().cloned().collect();
    documents.reverse();
    for document in documents {
        other.put(document).unwrap();
    }
    for pair in pairs() {
        assert_eq!(ask(&index, &pair, 5), ask(&other, &pair, 5), "{}", pair.alert);
    }
}
