//! The test data, and what is measured on it. Shared by the test and the example that prints figures.

use std::collections::BTreeMap;

use evenkeel_retrieval::{Document, Hit, Index, Query, markdown};
use serde::Deserialize;

/// An alert and the runbook a person would open.
#[derive(Debug, Deserialize)]
pub struct Pair {
    pub alert: String,
    pub labels: BTreeMap<String, String>,
    pub text: String,
    pub expect: String,
}

impl Pair {
    /// What is asked: the name, what the labels say, the sentence. As the runbooks specialist asks.
    pub fn question(&self) -> String {
        let labels: Vec<&str> = self.labels.values().map(String::as_str).collect();
        format!("{} {} {}", self.alert, labels.join(" "), self.text)
    }
}

#[derive(Deserialize)]
struct Pairs {
    pair: Vec<Pair>,
}

#[derive(Deserialize)]
struct Distractors {
    component: Vec<Component>,
    mode: Vec<Mode>,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    tool: String,
    lines: [String; 2],
}

#[derive(Deserialize)]
struct Mode {
    slug: String,
    title: String,
    meaning: Vec<String>,
    cause: Vec<String>,
    fix: Vec<String>,
}

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// All pairs, in the order of the file.
pub fn pairs() -> Vec<Pair> {
    toml::from_str::<Pairs>(&file("pairs.toml")).unwrap().pair
}

/// Whether a pair is of the third that nothing was tuned on.
pub fn is_held_out(nth: usize) -> bool {
    nth % 3 == 2
}

/// The runbooks that pairs expect: those that ship and those of the test data.
pub fn targets() -> Vec<Document> {
    let shipped = format!("{}/../../runbooks", env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "README.md" && path.extension().is_some_and(|end| end == "md") {
            found.push(markdown::read(&name, &std::fs::read_to_string(&path).unwrap(), &name));
        }
    }
    for text in file("targets.md").split("=== ").skip(1) {
        let (name, text) = text.split_once('\n').unwrap();
        found.push(markdown::read(name, text, name));
    }
    found
}

/// Two hundred runbooks that nobody asks for.
pub fn distractors() -> Vec<Document> {
    let data: Distractors = toml::from_str(&file("distractors.toml")).unwrap();
    let mut found = Vec::new();
    for (i, c) in data.component.iter().enumerate() {
        for (j, m) in data.mode.iter().enumerate() {
            // Another choice of sentences for each, the same every time.
            let pick =
                |from: &[String], nth: usize| from[(i * 7 + j * 3 + nth) % from.len()].clone();
            let text = format!(
                "# {}\n\n{}\n\n## Causes\n\n{}\n{}\n{}\n\n## Fix\n\n{}\n{}\n{}\n",
                m.title,
                pick(&m.meaning, 0),
                c.lines[(i + j) % 2],
                pick(&m.cause, 0),
                pick(&m.cause, 1),
                pick(&m.fix, 0),
                pick(&m.fix, 1),
                c.lines[(i + j + 1) % 2],
            );
            let text = text.replace("{c}", &c.name).replace("{t}", &c.tool);
            let id = format!("{}-{}.md", c.name.to_lowercase(), m.slug);
            found.push(markdown::read(&id, &text, &id));
        }
    }
    found
}

/// Puts everything into an index.
pub fn fill(mut index: Index) -> Index {
    for document in targets().into_iter().chain(distractors()) {
        index.put(document).unwrap();
    }
    index
}

/// All documents for a pair, best first.
pub fn ask(index: &Index, pair: &Pair, limit: usize) -> Vec<Hit> {
    let names = [pair.alert.clone()];
    let question = pair.question();
    index.search(&Query { text: &question, names: &names, part: None, limit })
}

/// How often the right one is among the first three, and the mean of one over its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    pub recall_3: f64,
    pub mrr: f64,
}

/// Reckons from the place (1 is first) of each right answer.
pub fn figures(places: impl IntoIterator<Item = Option<usize>>) -> Figures {
    let places: Vec<_> = places.into_iter().collect();
    let count = places.len() as f64;
    let among = places.iter().filter(|place| place.is_some_and(|at| at <= 3)).count() as f64;
    let sum: f64 = places.iter().flatten().map(|at| 1.0 / *at as f64).sum();
    Figures { recall_3: among / count, mrr: sum / count }
}

/// The place of the right answer.
pub fn place<'a>(mut ids: impl Iterator<Item = &'a str>, expect: &str) -> Option<usize> {
    ids.position(|id| id == expect).map(|at| at + 1)
}
