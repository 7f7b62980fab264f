//! Markdown to a document: front matter, headings, sections. Reads what people write, refuses nothing.

use crate::{index::Document, words};

/// Longest title, name or heading kept, in bytes.
const LINE: usize = 200;
/// Names or tags kept of one document.
const NAMES: usize = 64;
/// Sections kept of one document.
const SECTIONS: usize = 200;
/// Longest piece that is compared as one; longer sections are taken apart at the ends of lines.
const PIECE: usize = 1_500;

/// A part of a document under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading, with those it stands under before it: `Causes › Bad release`. Empty before the first.
    pub heading: String,
    /// What it says.
    pub text: String,
}

/// What a section is for, by its heading: how runbooks are asked for a part of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// How to find out: what to look at first, causes, diagnosis.
    Diagnosis,
    /// What to do: fix, mitigation, resolution.
    Fix,
    /// Whom to call.
    Escalation,
}

impl Part {
    /// What the heading says the section is for, if it is one of these. The innermost heading that says it counts.
    pub fn of(heading: &str) -> Option<Self> {
        heading.rsplit('›').find_map(|level| {
            let has = |stems: &[&str]| {
                words::pieces(level).iter().any(|word| stems.contains(&words::stem(word)))
            };
            if has(&["escalat", "escalation", "contact", "contacts", "on-call", "oncall", "page"]) {
                Some(Self::Escalation)
            } else if has(&[
                "fix",
                "fixes",
                "mitigat",
                "mitigation",
                "resolution",
                "resolutions",
                "resolv",
                "remediation",
                "remediat",
                "workaround",
                "repair",
                "recover",
                "recovery",
                "solution",
            ]) {
                Some(Self::Fix)
            } else if has(&[
                "look",
                "caus",
                "diagnos",
                "diagnosis",
                "diagnostic",
                "investigat",
                "investigation",
                "troubleshoot",
                "check",
                "triag",
                "symptom",
                "debug",
                "debugg",
                "analysi",
                "analysis",
            ]) {
                Some(Self::Diagnosis)
            } else {
                None
            }
        })
    }
}

/// Reads a document. The title comes from the front matter, else the first heading, else `fallback`.
pub fn read(id: &str, text: &str, fallback: &str) -> Document {
    let (front, body) = front_matter(text);
    let mut title = front.one("title");
    let mut sections: Vec<Section> = Vec::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    let mut current = Section { heading: String::new(), text: String::new() };
    let mut fence: Option<&str> = None;
    for line in body.split_inclusive('\n') {
        let trimmed = line.trim_start();
        match fence {
            Some(mark) if trimmed.starts_with(mark) => fence = None,
            None => fence = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)),
            Some(_) => {}
        }
        match heading(line).filter(|_| fence.is_none()) {
            Some((1, name)) if title.is_none() && sections.is_empty() => title = Some(clip(name)),
            Some((level, name)) => {
                push(&mut sections, current);
                above.retain(|(upper, _)| *upper < level);
                // The title stands above everything and so says nothing.
                if level > 1 || title.as_deref() != Some(name) {
                    above.push((level, clip(name)));
                }
                let path: Vec<&str> = above.iter().map(|(_, name)| name.as_str()).collect();
                current = Section { heading: clip(&path.join(" › ")), text: String::new() };
            }
            None => current.text.push_str(line),
        }
    }
    push(&mut sections, current);
    Document {
        id: id.to_owned(),
        title: title.unwrap_or_else(|| clip(fallback)),
        names: front.many("alerts"),
        tags: front.many("tags"),
        sections,
    }
}

fn push(sections: &mut Vec<Section>, section: Section) {
    // A heading alone says something too.
    let says = !section.text.trim().is_empty() || !section.heading.is_empty();
    if sections.len() < SECTIONS && says {
        sections.push(section);
    }
}

/// The level and the words of a heading in the `#` style.
fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.len() - line.trim_start_matches('#').len();
    let rest = line[level..].strip_prefix(' ')?;
    let name = rest.trim().trim_end_matches('#').trim_end();
    ((1..=6).contains(&level) && !name.is_empty()).then_some((level, name))
}

/// Takes a section apart into pieces short enough to be about one thing, at the ends of lines.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let most = (0..=PIECE).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
        let cut = rest[..most].rfind('\n').map_or(most, |at| at + 1);
        let (piece, after) = rest.split_at(cut.max(1).min(rest.len()));
        found.push(piece);
        rest = after;
    }
    if !rest.trim().is_empty() {
        found.push(rest);
    }
    found
}

/// The lines of a front matter: `key: value`, `key: [a, b]`, or `key:` with `- a` lines under it. Anything else is left
/// out: a reader of whole YAML would have to be defended against it.
struct Front<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl Front<'_> {
    fn many(&self, key: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(name, _)| *name == key).flat_map(|(_, values)| values);
        values.map(|value| clip(value)).filter(|value| !value.is_empty()).take(NAMES).collect()
    }

    fn one(&self, key: &str) -> Option<String> {
        self.many(key).into_iter().next()
    }
}

fn front_matter(text: &str) -> (Front<'_>, &str) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().map(str::trim_end);
    let Some(inner) = (first == Some("---")).then(|| text.split_once('\n')).flatten() else {
        return (Front(Vec::new()), text);
    };
    let mut at = 0;
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in inner.1.split_inclusive('\n') {
        at += line.len();
        let line = line.trim_end();
        if line == "---" {
            return (Front(found), &inner.1[at..]);
        }
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            if let Some((_, values)) = found.last_mut() {
                values.push(plain(item));
            }
        } else if let Some((key, value)) = line.split_once(':') {
            let value = value.trim();
            let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let values = match list {
                Some(list) => list.split(',').map(plain).collect(),
                None if value.is_empty() => Vec::new(),
                None => vec![plain(value)],
            };
            found.push((key.trim(), values));
        }
    }
    // It was never closed, so it is none.
    (Front(Vec::new()), text)
}

fn plain(value: &str) -> &str {
    let value = value.trim();
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

fn clip(text: &str) -> String {
    let text = text.trim();
    let end = (0..=text.len().min(LINE)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\ntitle: \"Disk: full\"\nalerts: [DiskFull, 'VolumeFull']\ntags:\n  - storage\n---\n\n# Disk\n\nIntro.\n\n## Causes\n\n### Logs\n\n```sh\n# no heading\ndu -sh /var/log\n```\n\n## Fix ##\n\nDelete.\n";

    #[test]
    fn front_matter_headings_and_fences() {
        let document = read("a", TEXT, "a.md");
        assert_eq!(document.title, "Disk: full");
        assert_eq!(document.names, ["DiskFull", "VolumeFull"]);
        assert_eq!(document.tags, ["storage"]);
        let headings: Vec<_> = document.sections.iter().map(|s| s.heading.as_str()).collect();
        assert_eq!(headings, ["Disk", "Disk › Causes", "Disk › Causes › Logs", "Disk › Fix"]);
        assert!(document.sections[2].text.contains("# no heading"));
        assert_eq!(Part::of("Disk › Fix"), Some(Part::Fix));
        assert_eq!(Part::of("Disk › Causes › Logs"), Some(Part::Diagnosis));
        assert_eq!(Part::of("Escalate"), Some(Part::Escalation));
        assert_eq!(Part::of("Look first"), Some(Part::Diagnosis));
        assert_eq!(Part::of("What it means"), None);
    }

    #[test]
    fn without_front_matter_the_first_heading_is_the_title() {
        let document = read("a", "# Queue grows\n\nText.\n## Fix\nDo.\n", "a.md");
        assert_eq!(document.title, "Queue grows");
        assert_eq!(document.sections[0].heading, "");
        assert_eq!(document.sections[1].heading, "Fix");
        assert_eq!(read("a", "just text", "notes.md").title, "notes.md");
        assert_eq!(read("a", "---\nnever: closed\n# T\nx", "f").sections.len(), 1);
    }

    #[test]
    fn every_byte_of_a_long_section_is_in_one_piece() {
        let text = format!("{}\n{}", "ä".repeat(4_000), "line\n".repeat(2_000));
        let pieces = pieces(&text);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
    }

    #[test]
    fn anything_can_be_read() {
        for text in [
            "",
            "---",
            "---\n---",
            "#",
            "# ",
            "####### x",
            "```\n# a",
            "---\r\ntitle: x\r\n---\r\ny",
            "\u{feff}# ä",
        ] {
            let _read = read("a", text, "f");
        }
        assert_eq!(read("a", "---\r\ntitle: x\r\n---\r\ny", "f").title, "x");
    }
}
