//! Holding a GraphQL document to GitHub's schema, as far as this double goes: one operation, one variable, no fragments.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

const SCHEMA: &str = include_str!("schema/graphql.json");

#[derive(Deserialize)]
struct Described {
    types: BTreeMap<String, BTreeMap<String, Field>>,
    inputs: BTreeMap<String, BTreeMap<String, String>>,
    leaves: Vec<String>,
}

#[derive(Deserialize)]
struct Field {
    #[serde(rename = "type")]
    kind: String,
    args: BTreeMap<String, String>,
}

/// What a document asks for.
pub struct Asked {
    /// The field of the mutation.
    pub field: String,
    /// Its input.
    pub input: Value,
}

/// Reads a document and its variables; fails where GitHub's schema doesn't allow it.
pub fn read(document: &str, variables: &Value) -> Result<Asked> {
    let described: Described = serde_json::from_str(SCHEMA).context("reading the schema")?;
    let tokens = tokens(document);
    let mut at = tokens.iter().map(String::as_str).peekable();
    if at.next() != Some("mutation") {
        bail!("only mutations are known here");
    }
    let mut declared = BTreeMap::new();
    if at.next_if_eq(&"(").is_some() {
        while at.next_if_eq(&"$").is_some() {
            let name = at.next().context("a variable's name")?.to_owned();
            if at.next() != Some(":") {
                bail!("${name} has no type");
            }
            let mut kind = at.next().context("a variable's type")?.to_owned();
            if at.next_if_eq(&"!").is_some() {
                kind.push('!');
            }
            declared.insert(name, kind);
        }
        if at.next() != Some(")") {
            bail!("the list of variables doesn't end");
        }
    }
    let mut tree = selection(&mut at)?;
    let [root] = tree.as_mut_slice() else { bail!("one field of the mutation at a time") };
    check(&described, "Mutation", root, &declared, variables)?;
    if at.next().is_some() {
        bail!("something follows the operation");
    }
    let input = root.args.get("input").context("no input")?;
    Ok(Asked { field: root.name.clone(), input: variables[input].clone() })
}

struct Node {
    name: String,
    /// Argument and the variable it is given.
    args: BTreeMap<String, String>,
    inner: Vec<Node>,
}

fn tokens(document: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in document.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if !c.is_whitespace() && c != ',' {
            found.push(c.to_string());
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

fn selection<'a, I: Iterator<Item = &'a str>>(
    at: &mut std::iter::Peekable<I>,
) -> Result<Vec<Node>> {
    if at.next() != Some("{") {
        bail!("a selection must begin with {{");
    }
    let mut nodes = Vec::new();
    while at.next_if_eq(&"}").is_none() {
        let name = at.next().context("the selection doesn't end")?.to_owned();
        let mut args = BTreeMap::new();
        if at.next_if_eq(&"(").is_some() {
            while at.next_if_eq(&")").is_none() {
                let argument = at.next().context("an argument")?.to_owned();
                if at.next() != Some(":") || at.next() != Some("$") {
                    bail!("{argument} isn't given by a variable");
                }
                args.insert(argument, at.next().context("a variable")?.to_owned());
            }
        }
        let inner = if at.peek() == Some(&"{") { selection(at)? } else { Vec::new() };
        nodes.push(Node { name, args, inner });
    }
    if nodes.is_empty() {
        bail!("an empty selection");
    }
    Ok(nodes)
}

fn check(
    described: &Described,
    of: &str,
    node: &Node,
    declared: &BTreeMap<String, String>,
    variables: &Value,
) -> Result<()> {
    let fields = described.types.get(of).with_context(|| format!("type {of} isn't known here"))?;
    let field =
        fields.get(&node.name).with_context(|| format!("{of} has no field {}", node.name))?;
    for (name, kind) in &field.args {
        match node.args.get(name) {
            None if kind.ends_with('!') => bail!("{} needs {name}", node.name),
            None => {}
            Some(variable) => {
                let given = declared
                    .get(variable)
                    .with_context(|| format!("${variable} isn't declared"))?;
                if given != kind && given.trim_end_matches('!') != kind {
                    bail!("${variable} is {given}, {name} is {kind}");
                }
                input(described, kind.trim_end_matches('!'), &variables[variable])?;
            }
        }
    }
    if let Some(unknown) = node.args.keys().find(|name| !field.args.contains_key(*name)) {
        bail!("{} has no argument {unknown}", node.name);
    }
    let kind = field.kind.trim_matches(['!', '[', ']']);
    let leaf = described.leaves.iter().any(|leaf| leaf == kind);
    if leaf != node.inner.is_empty() {
        bail!("{} is {}", node.name, if leaf { "a leaf" } else { "no leaf" });
    }
    node.inner.iter().try_for_each(|inner| check(described, kind, inner, declared, variables))
}

fn input(described: &Described, kind: &str, value: &Value) -> Result<()> {
    let Some(fields) = described.inputs.get(kind) else { return Ok(()) };
    let given = value.as_object().with_context(|| format!("a {kind} must be an object"))?;
    for (name, kind) in fields {
        if kind.ends_with('!') && !given.contains_key(name) {
            bail!("{name} is missing");
        }
    }
    for (name, value) in given {
        let kind = fields.get(name).with_context(|| format!("{kind} has no {name}"))?;
        let fits = match kind.split(['!', ' ']).next() {
            Some("String" | "ID") => value.is_string(),
            Some("Boolean") => value.is_boolean(),
            _ => true,
        };
        if !fits {
            bail!("{name} is no {kind}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_held_to_the_schema() {
        let good = "mutation($input: RevertPullRequestInput!) { revertPullRequest(input: $input) { revertPullRequest { number } } }";
        let asked = read(good, &json!({"input": {"pullRequestId": "PR_1", "title": "x"}})).unwrap();
        assert_eq!(asked.field, "revertPullRequest");
        assert_eq!(asked.input["pullRequestId"], "PR_1");
        let wrong = |document: &str, variables: Value| {
            read(document, &variables).err().map(|e| e.to_string())
        };
        let input = || json!({"input": {"pullRequestId": "PR_1"}});
        assert!(wrong(good, json!({"input": {"title": "x"}})).is_some());
        assert!(wrong(good, json!({"input": {"pullRequestId": 7}})).is_some());
        assert!(wrong(good, json!({"input": {"pullRequestId": "x", "branch": "y"}})).is_some());
        assert!(wrong(&good.replace("{ number }", "{ numbers }"), input()).is_some());
        assert!(wrong(&good.replace("{ number }", ""), input()).is_some());
        assert!(
            wrong(&good.replace("RevertPullRequestInput!", "MergePullRequestInput!"), input())
                .is_some()
        );
        assert!(wrong(&good.replace("(input: $input)", ""), input()).is_some());
    }
}
