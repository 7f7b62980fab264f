//! What is expected of each scenario, and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::suite::Outcome;

/// `expected.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The version of the suite that it speaks of.
    pub suite: String,
    /// Of every server.
    servers: Part,
    /// Of one server, or of the client, by name.
    of: BTreeMap<String, Part>,
}

/// Some scenarios: those that pass, and those that do not, with the reason.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(default)]
    passes: BTreeSet<String>,
    #[serde(default)]
    fails: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    why: String,
    scenarios: BTreeSet<String>,
}

impl Expected {
    /// The file of this repository.
    pub fn shipped() -> anyhow::Result<Self> {
        toml::from_str(include_str!("../expected.toml")).context("expected.toml is broken")
    }

    /// Compares what a server did with what it should. Returns a table; the error says every difference.
    pub fn server(&self, name: &str, did: &BTreeMap<String, Outcome>) -> anyhow::Result<String> {
        compare(name, &[&self.servers, self.part(name)?], did)
    }

    /// Compares what our client did with what it should.
    pub fn client(&self, did: &BTreeMap<String, Outcome>) -> anyhow::Result<String> {
        compare("client", &[self.part("client")?], did)
    }

    fn part(&self, name: &str) -> anyhow::Result<&Part> {
        self.of.get(name).with_context(|| format!("expected.toml says nothing of {name}"))
    }
}

fn compare(name: &str, parts: &[&Part], did: &BTreeMap<String, Outcome>) -> anyhow::Result<String> {
    let mut reasons: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    for part in parts {
        for scenario in &part.passes {
            reasons.entry(scenario).or_default().push(None);
        }
        for reason in &part.fails {
            for scenario in &reason.scenarios {
                reasons.entry(scenario).or_default().push(Some(&reason.why));
            }
        }
    }
    let mut wrong = Vec::new();
    let mut table = String::new();
    let mut passed = 0;
    for (scenario, outcome) in did {
        // Writing to a String cannot fail.
        let _written = match (reasons.remove(scenario.as_str()).as_deref(), outcome) {
            (Some([None]), Outcome::Passed) => {
                passed += 1;
                writeln!(table, "  passed   {scenario}")
            }
            (Some([Some(why)]), Outcome::Failed(_)) => {
                writeln!(table, "  expected {scenario}: {why}")
            }
            (Some([None]), Outcome::Failed(checks)) => {
                wrong.push(format!("{scenario} fails: {}", checks.join("; ")));
                Ok(())
            }
            (Some([Some(_)]), Outcome::Passed) => {
                wrong.push(format!("{scenario} passes: take it off the list of failures"));
                Ok(())
            }
            (Some(_), _) => {
                wrong.push(format!("{scenario} stands in expected.toml twice"));
                Ok(())
            }
            (None, outcome) => {
                wrong.push(format!("{scenario} stands nowhere in expected.toml: {outcome:?}"));
                Ok(())
            }
        };
    }
    wrong.extend(reasons.keys().map(|gone| format!("{gone} is no scenario of the suite")));
    ensure!(wrong.is_empty(), "{name}:\n  {}", wrong.join("\n  "));
    Ok(format!("{name}: {passed} of {} scenarios pass\n{table}", did.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        let text = r#"
            suite = "1"
            [servers]
            passes = ["ping"]
            [of.one]
            fails = [{ why = "it is not offered", scenarios = ["prompts"] }]
        "#;
        toml::from_str(text).unwrap()
    }

    fn did(pairs: &[(&str, bool)]) -> BTreeMap<String, Outcome> {
        let outcome = |passed| {
            if passed { Outcome::Passed } else { Outcome::Failed(vec!["a check".into()]) }
        };
        pairs.iter().map(|(name, passed)| ((*name).to_owned(), outcome(*passed))).collect()
    }

    #[test]
    fn a_difference_in_either_direction_is_a_failure() {
        let expected = expected();
        let table = expected.server("one", &did(&[("ping", true), ("prompts", false)])).unwrap();
        assert!(table.contains("1 of 2") && table.contains("it is not offered"), "{table}");
        for (wrong, says) in [
            (vec![("ping", false), ("prompts", false)], "ping fails: a check"),
            (vec![("ping", true), ("prompts", true)], "prompts passes"),
            (vec![("ping", true), ("prompts", false), ("new", true)], "new stands nowhere"),
            (vec![("ping", true)], "prompts is no scenario"),
        ] {
            let error = expected.server("one", &did(&wrong)).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(expected.server("two", &did(&[])).is_err());
    }

    #[test]
    fn the_shipped_file_can_be_read() {
        let shipped = Expected::shipped().unwrap();
        let package = include_str!("../package.json");
        assert!(package.contains(&format!("conformance\": \"{}\"", shipped.suite)));
    }
}
