//! Names as they may stand in an address: checked first, escaped always.

use evenkeel_tools::failure::{ToolFailure, codes};

use crate::failure::{bad_arguments, failure};

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    pub owner: String,
    pub name: String,
}

impl Repository {
    /// `owner/name` with the characters that GitHub allows.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let plain = |text: &str, extra: &[char]| {
            (1..=100).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || extra.contains(&c))
        };
        let fits = plain(owner, &['_']) && plain(name, &['_', '.']) && name != "." && name != "..";
        fits.then(|| Self { owner: owner.to_owned(), name: name.to_owned() })
    }

    /// GitHub's names know no case.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }

    /// `repos/OWNER/NAME` and what follows, each part escaped.
    pub(super) fn path(&self, rest: &[&str]) -> String {
        let mut path = format!("repos/{}/{}", self.owner, self.name);
        for part in rest {
            path.push('/');
            path.push_str(&escape(part));
        }
        path
    }
}

impl std::fmt::Display for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Percent-encodes all but unreserved characters; a slash too, so that a part stays one part.
pub(super) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A branch, tag or commit as git allows them, or a failure.
pub(super) fn check_reference<'a>(what: &str, name: &'a str) -> Result<&'a str, ToolFailure> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
    let fits = (1..=250).contains(&name.len())
        && !name.chars().any(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.starts_with(['/', '-'])
        && !name.ends_with(['/', '.'])
        && name.split('/').all(|part| !part.is_empty() && part != ".");
    if fits {
        Ok(name)
    } else {
        Err(bad_arguments(format!("{what} must be a branch, a tag or a commit as git allows them")))
    }
}

/// 40 hexadecimal digits, or a failure.
pub(super) fn check_sha(what: &str, text: &str) -> Result<String, ToolFailure> {
    if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(bad_arguments(format!("{what} must be a commit's 40 hexadecimal digits")))
    }
}

/// A path inside a repository, or a failure.
pub(super) fn check_path(path: &str) -> Result<&str, ToolFailure> {
    let trimmed = path.trim_matches('/');
    let fits = (1..=1000).contains(&trimmed.len())
        && !trimmed.chars().any(char::is_control)
        && trimmed.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if fits {
        Ok(trimmed)
    } else {
        Err(bad_arguments("path must name a file or folder in the repository"))
    }
}

/// A limit between 1 and `most`, or a failure.
pub(super) fn check_limit(limit: Option<u32>, usual: u32, most: u32) -> Result<usize, ToolFailure> {
    match limit.unwrap_or(usual) {
        limit if (1..=most).contains(&limit) => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        _ => Err(bad_arguments(format!("limit must be 1 to {most}"))),
    }
}

/// The repository isn't one of those configured.
pub(super) fn not_allowed(repository: &str) -> ToolFailure {
    failure(
        codes::GITHUB_NOT_ALLOWED,
        format!(
            "{:?} isn't one of the repositories of this connection",
            crate::text::clip(repository, 200).0
        ),
        "Name one that list_repositories lists, or add it to the connection (GITHUB_REPOSITORIES).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_be_more_than_a_name() {
        assert!(Repository::parse("acme/shop.js_2").is_some());
        for bad in [
            "acme",
            "acme/",
            "/shop",
            "acme/shop/x",
            "acme/..",
            "a%2F/x",
            "acme/sh op",
            "acme/shop?x",
        ] {
            assert!(Repository::parse(bad).is_none(), "{bad}");
        }
        let shop = Repository::parse("acme/shop").unwrap();
        assert_eq!(
            shop.path(&["git", "ref", "heads/a#b"]),
            "repos/acme/shop/git/ref/heads%2Fa%23b"
        );
        assert_eq!(shop.path(&["commits", "../../user"]), "repos/acme/shop/commits/..%2F..%2Fuser");
    }

    #[test]
    fn references_are_git_s() {
        for good in ["main", "v1.5.0", "release/2.0", "checkout@1.5.0", "a".repeat(40).as_str()] {
            assert!(check_reference("reference", good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a..b", "-x", "a:b", "x@{1}", "a//b", "a/", "a\u{7}", "./a"] {
            assert!(check_reference("reference", bad).is_err(), "{bad}");
        }
    }
}
