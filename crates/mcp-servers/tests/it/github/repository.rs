//! Repositories with a random past, made and read by git.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use evenkeel_mcp_servers::github::revert::{After, Edit, Entry, Kind, Known};
use rand::prelude::*;
use rand::rngs::StdRng;
use tempfile::TempDir;

/// A repository with a work tree.
pub struct Repository {
    dir: TempDir,
    now: u32,
    manner: Manner,
}

/// How a repository lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As most do: lines differ, files are long, and are edited more often than moved.
    Calm,
    /// To find what goes wrong: few lines that repeat, and everything is moved about.
    Wild,
}

impl Repository {
    pub fn new(manner: Manner) -> Self {
        let repository = Self { dir: TempDir::new().unwrap(), now: 1_700_000_000, manner };
        repository.ok(&["init", "--quiet", "--initial-branch=main", "."]);
        repository.ok(&["config", "gc.auto", "0"]);
        repository
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn git(&self, args: &[&str]) -> Output {
        let date = format!("{} +0000", self.now);
        Command::new("git")
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "dev")
            .env("GIT_AUTHOR_EMAIL", "dev@range.invalid")
            .env("GIT_COMMITTER_NAME", "dev")
            .env("GIT_COMMITTER_EMAIL", "dev@range.invalid")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .env("GIT_EDITOR", "true")
            .output()
            .unwrap()
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.git(args);
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn commit(&mut self, message: &str) {
        self.now += 60;
        self.ok(&["add", "--all"]);
        self.ok(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    /// Files of the work tree, links too.
    fn files(&self) -> Vec<String> {
        self.ok(&["ls-files"]).lines().map(str::to_owned).collect()
    }

    /// So many random commits, some of them merges.
    pub fn live(&mut self, rng: &mut StdRng, commits: usize) {
        for n in 0..3 {
            self.write(&format!("d{n}/f{n}.txt"), &self.text(rng, 30));
        }
        self.write("top.txt", &self.text(rng, 20));
        self.commit("begin");
        for n in 0..commits {
            if n > 0 && rng.random_ratio(1, 6) {
                self.merge(rng, n);
            } else {
                for _ in 0..rng.random_range(1..=3) {
                    self.change(rng);
                }
                self.commit(&format!("change {n}"));
            }
        }
    }

    fn merge(&mut self, rng: &mut StdRng, n: usize) {
        let branch = format!("side-{n}");
        self.ok(&["checkout", "--quiet", "-b", &branch]);
        self.change(rng);
        self.commit(&format!("side {n}"));
        self.ok(&["checkout", "--quiet", "main"]);
        self.change(rng);
        self.commit(&format!("main {n}"));
        self.now += 60;
        if !self.git(&["merge", "--quiet", "--no-ff", "-m", "merge", &branch]).status.success() {
            self.git(&["merge", "--abort"]);
            self.ok(&["reset", "--quiet", "--hard", "HEAD"]);
        }
    }

    fn change(&self, rng: &mut StdRng) {
        let files = self.files();
        let Some(file) = files.choose(rng) else {
            return self.write("again.txt", &self.text(rng, 10));
        };
        let at = self.path().join(file);
        let fresh = format!("d{}/n{}.txt", rng.random_range(0..4), rng.random_range(0..12));
        let most = if self.manner == Manner::Wild { 20 } else { 80 };
        match rng.random_range(0..most) {
            0..=10 | 20.. => self.edit(rng, &at),
            11 => self.write(&fresh, &self.text(rng, 12)),
            12 => drop(std::fs::remove_file(&at)),
            13 => {
                if !self.path().join(&fresh).exists() {
                    self.ok(&["mv", "-k", file, &self.made(&fresh)]);
                }
            }
            14 => {
                let (from, to) = (
                    format!("d{}", rng.random_range(0..4)),
                    format!("e{}", rng.random_range(0..3)),
                );
                if self.path().join(&from).is_dir() && !self.path().join(&to).exists() {
                    self.ok(&["mv", "-k", &from, &to]);
                }
            }
            15 => {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = if rng.random() { 0o755 } else { 0o644 };
                if at.is_file() && !at.is_symlink() {
                    std::fs::set_permissions(&at, std::fs::Permissions::from_mode(mode)).unwrap();
                }
            }
            16 => {
                let _gone = std::fs::remove_file(&at);
                let target = ["top.txt", "nowhere", "d0"].choose(rng).unwrap();
                let _there = std::os::unix::fs::symlink(target, &at);
            }
            17 => {
                let bytes: Vec<u8> =
                    (0..rng.random_range(1..40)).map(|_| rng.random_range(0..4)).collect();
                self.write("blob.bin", &bytes);
            }
            18 => {
                let sha = format!("{:040x}", rng.random_range(1_u32..5));
                self.ok(&["update-index", "--add", "--cacheinfo", &format!("160000,{sha},module")]);
                std::fs::create_dir_all(self.path().join("module")).unwrap();
            }
            _ => {
                // A file where a folder was, or the other way round.
                let name = format!("d{}", rng.random_range(0..4));
                let place = self.path().join(&name);
                if place.is_file() {
                    std::fs::remove_file(&place).unwrap();
                    self.write(&format!("{name}/inside.txt"), &self.text(rng, 5));
                } else {
                    let _gone = std::fs::remove_dir_all(&place);
                    std::fs::write(&place, self.text(rng, 5)).unwrap();
                }
            }
        }
    }

    fn made(&self, path: &str) -> String {
        if let Some(folder) = self.path().join(path).parent()
            && !folder.is_file()
        {
            let _there = std::fs::create_dir_all(folder);
        }
        path.to_owned()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let at = self.path().join(self.made(path));
        let _there = if at.is_symlink() { std::fs::remove_file(&at) } else { Ok(()) };
        // A folder of that name, or a file where its folder should be: then nothing is written.
        let _refused = std::fs::write(at, bytes);
    }

    fn edit(&self, rng: &mut StdRng, at: &Path) {
        if at.is_symlink() {
            return;
        }
        let Ok(bytes) = std::fs::read(at) else { return };
        let mut lines: Vec<Vec<u8>> =
            bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        for _ in 0..rng.random_range(1..=3) {
            let place = rng.random_range(0..=lines.len());
            match rng.random_range(0..4) {
                0 if place < lines.len() => drop(lines.remove(place)),
                1 | 2 => lines.insert(place, self.line(rng)),
                _ if place < lines.len() => lines[place] = self.line(rng),
                _ => {}
            }
        }
        if rng.random_ratio(1, 12)
            && let Some(last) = lines.last_mut()
            && last.ends_with(b"\n")
            && last.len() > 1
        {
            last.pop();
        }
        std::fs::write(at, lines.concat()).unwrap();
    }

    fn line(&self, rng: &mut StdRng) -> Vec<u8> {
        let words = ["", "a", "b", "}", "    x = 1", "{", "return", "end", "c", "d"];
        match self.manner {
            Manner::Wild => format!("{}\n", words.choose(rng).unwrap()).into_bytes(),
            Manner::Calm if rng.random_ratio(1, 8) => {
                format!("{}\n", words.choose(rng).unwrap()).into_bytes()
            }
            Manner::Calm => {
                format!("let x{} = {};\n", rng.random_range(0..500), rng.random_range(0..9))
                    .into_bytes()
            }
        }
    }

    fn text(&self, rng: &mut StdRng, most: usize) -> Vec<u8> {
        let lines = match self.manner {
            Manner::Wild => rng.random_range(1..=most),
            Manner::Calm => rng.random_range(most..=most * 4),
        };
        (0..lines).flat_map(|_| self.line(rng)).collect()
    }

    /// Every tree and blob there is.
    pub fn objects(&self) -> Known {
        let mut known = Known::default();
        let output = self.git(&["cat-file", "--batch-all-objects", "--unordered", "--batch"]);
        let mut rest = output.stdout.as_slice();
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let words: Vec<&str> = head.split(' ').collect();
            let size: usize = words[2].parse().unwrap();
            let body = &rest[end + 1..end + 1 + size];
            match words[1] {
                "blob" => drop(known.blobs.insert(words[0].to_owned(), body.to_vec())),
                "tree" => drop(known.trees.insert(words[0].to_owned(), tree(body))),
                _ => {}
            }
            rest = &rest[end + 2 + size..];
        }
        known.trees.insert("4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(), BTreeMap::new());
        known
    }
}

/// A tree as git stores it.
fn tree(mut bytes: &[u8]) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    while let Some(space) = bytes.iter().position(|b| *b == b' ') {
        let zero = bytes.iter().position(|b| *b == 0).unwrap();
        let kind = Kind::from_mode(&String::from_utf8_lossy(&bytes[..space])).unwrap();
        let name = String::from_utf8_lossy(&bytes[space + 1..zero]).into_owned();
        let id = hex(&bytes[zero + 1..zero + 21]);
        entries.insert(name, Entry { kind, id });
        bytes = &bytes[zero + 21..];
    }
    entries
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Everything below a tree that is no tree, by path.
pub fn flat(known: &Known, id: &str) -> BTreeMap<String, Entry> {
    fn into(known: &Known, id: &str, path: &str, all: &mut BTreeMap<String, Entry>) {
        for (name, entry) in &known.trees[id] {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            if entry.kind == Kind::Tree {
                into(known, &entry.id, &path, all);
            } else {
                all.insert(path, entry.clone());
            }
        }
    }
    let mut all = BTreeMap::new();
    into(known, id, "", &mut all);
    all
}

/// What is there after the edits.
pub fn edited(mut files: BTreeMap<String, Entry>, edits: &[Edit]) -> BTreeMap<String, Entry> {
    for edit in edits {
        assert_eq!(files.get(&edit.path), edit.before.as_ref(), "{}", edit.path);
        match &edit.after {
            After::Absent => drop(files.remove(&edit.path)),
            After::Object(entry) => drop(files.insert(edit.path.clone(), entry.clone())),
            After::Content(kind, bytes) => {
                let id = evenkeel_mcp_servers::github::revert::blob_id(bytes);
                files.insert(edit.path.clone(), Entry { kind: *kind, id });
            }
        }
    }
    files
}

/// Only what is listed of what is known.
pub fn only(known: &Known, trees: &[String], blobs: &[String]) -> Known {
    let pick = |ids: &[String]| ids.iter().cloned().collect::<std::collections::HashSet<_>>();
    let (trees, blobs) = (pick(trees), pick(blobs));
    Known {
        trees: known
            .trees
            .iter()
            .filter(|(id, _)| trees.contains(*id))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect(),
        blobs: known
            .blobs
            .iter()
            .filter(|(id, _)| blobs.contains(*id))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect::<HashMap<_, _>>(),
    }
}
