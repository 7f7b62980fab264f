//! The runbooks in the binary.

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        /// Name and text of each.
        pub(super) const ALL: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../runbooks/", $name, ".md")))),+];
    };
}

shipped![
    "api-latency",
    "crash-loop",
    "disk-pvc-full",
    "hpa-at-max",
    "ingress-5xx",
    "node-not-ready",
    "postgres-connections",
    "redis-memory",
    "stuck-rollout",
];

#[cfg(test)]
mod tests {
    use evenkeel_retrieval::markdown::{Part, read};

    use super::ALL;

    #[test]
    fn every_file_of_the_folder_is_in_the_binary() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../runbooks");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
            .filter(|name| name != "README")
            .collect();
        names.sort();
        assert_eq!(names, ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn each_has_what_is_needed_at_night() {
        let mut alerts = Vec::new();
        for (name, text) in ALL {
            let document = read(name, text, name);
            assert!(document.names.len() >= 3, "{name} names too few alerts");
            alerts.extend(document.names);
            let parts: Vec<_> = document.sections.iter().map(|s| Part::of(&s.heading)).collect();
            for part in [Part::Diagnosis, Part::Fix, Part::Escalation] {
                assert!(parts.contains(&Some(part)), "{name} has no {part:?}");
            }
            for heading in ["What it means", "Look first", "Causes", "Fix", "Verify", "Escalate"] {
                assert!(text.contains(&format!("\n## {heading}\n")), "{name} lacks {heading}");
            }
            for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
                let target = link.trim_end_matches(".md");
                assert!(ALL.iter().any(|(name, _)| *name == target), "{name} links to {link}");
            }
        }
        alerts.sort();
        let all = alerts.len();
        alerts.dedup();
        assert_eq!(alerts.len(), all, "an alert has one runbook");
    }
}
