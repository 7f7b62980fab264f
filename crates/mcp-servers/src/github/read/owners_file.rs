//! Reading a CODEOWNERS file: who owns a path. The last line that matches counts.
//! See <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>.

/// Lines read; GitHub itself reads no file above 3 MB.
const LINES: usize = 5000;

/// Owners of `path` by the file's text; empty when nobody owns it.
pub(super) fn owners(file: &str, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in file.lines().take(LINES) {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(pattern) = words.next() else { continue };
        if matches(pattern, path) {
            // A line without owners takes them away again.
            found = words.filter(|word| word.contains('@')).map(str::to_owned).collect();
        }
    }
    found
}

/// Whether a pattern means a path or a folder above it.
fn matches(pattern: &str, path: &str) -> bool {
    let folder = pattern.ends_with('/');
    let body = pattern.trim_end_matches('/');
    let anchored = body.trim_start_matches('/').contains('/') || body.starts_with('/');
    let pattern: Vec<&str> = body.trim_start_matches('/').split('/').collect();
    let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let starts = if anchored { 0..1 } else { 0..path.len() };
    starts.into_iter().any(|from| {
        (from + 1..=path.len()).any(|to| {
            let whole = to == path.len();
            // `docs/*` means what is directly in it, not what lies deeper.
            let may_be_above = !whole && pattern.last() != Some(&"*");
            (if folder { !whole } else { whole || may_be_above })
                && segments(&pattern, &path[from..to])
        })
    })
}

fn segments(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|skip| segments(rest, &path[skip..])),
        (Some((first, rest)), Some((name, names))) => {
            segment(first.as_bytes(), name.as_bytes()) && segments(rest, names)
        }
        _ => false,
    }
}

/// `*` is any number of characters, `?` one. Linear in both: the last star is where it begins anew.
fn segment(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_github_says_they_mean() {
        for (pattern, path, expected) in [
            ("*", "a/b.rs", true),
            ("*.js", "deep/down/x.js", true),
            ("*.js", "x.ts", false),
            ("/build/logs/", "build/logs/a/b", true),
            ("/build/logs/", "x/build/logs/a", false),
            ("docs/*", "docs/getting-started.md", true),
            ("docs/*", "docs/build-app/troubleshooting.md", false),
            ("apps/", "x/apps/y.rs", true),
            ("/docs/", "docs/x", true),
            ("**/logs", "a/b/logs/c", true),
            ("/scripts/**/x.sh", "scripts/a/b/x.sh", true),
            ("/apps/github", "apps/github", true),
            ("check?ut", "checkout/a", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_line_that_matches_counts() {
        let file = "# who\n* @acme/all\n/src/ @acme/dev x@example.org # note\n/src/gen/\n";
        assert_eq!(owners(file, "README.md"), ["@acme/all"]);
        assert_eq!(owners(file, "src/main.rs"), ["@acme/dev", "x@example.org"]);
        assert_eq!(owners(file, "src/gen/a.rs"), Vec::<String>::new());
        assert!(!segment(b"a*a*a*a*a*b", &vec![b'a'; 3000]), "no exponential time");
    }
}
