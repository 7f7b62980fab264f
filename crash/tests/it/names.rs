//! The list of fail points and the sources agree.

use std::{collections::BTreeSet, fs, path::Path};

use evenkeel_engine::failpoint;

/// Every `fail_point!` of the sources: its name, or the family that a step's name is added to.
fn used(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            used(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let name =
                    line.split("fail_point!(\"").nth(1).and_then(|rest| rest.split('"').next());
                names.extend(name.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_fail_point_is_listed_and_every_listed_one_is_somewhere() {
    let mut names = BTreeSet::new();
    used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates"), &mut names);
    let listed: BTreeSet<_> = failpoint::ALL.iter().copied().collect();
    assert_eq!(listed.len(), failpoint::ALL.len(), "one is listed twice");
    for name in &names {
        let family = |listed: &&str| listed.starts_with(name.as_str());
        assert!(listed.iter().any(family), "{name} is not listed");
    }
    for name in listed {
        let there = names.contains(name)
            || names.iter().any(|family| family.ends_with('.') && name.starts_with(family));
        assert!(there, "{name} is nowhere");
    }
}
