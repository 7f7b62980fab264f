//! The shop's repository: a commit for each of its releases, made from what the releases really do.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::git::Git;
use super::serve::Double;
use super::state::MergeMethod;
use crate::shop::{Release, Role};
use crate::value::now;

/// What brought a release.
pub struct Made {
    role: Role,
    tag: &'static str,
    /// What its author wrote.
    pub title: &'static str,
    /// Whether it came by a pull request.
    pub by_pull: bool,
}

const fn made(role: Role, tag: &'static str, title: &'static str, by_pull: bool) -> Made {
    Made { role, tag, title, by_pull }
}

/// The releases in their order, the healthy ones first.
const RELEASES: &[Made] = &[
    made(Role::Checkout, "1.4.1", "checkout: take orders", false),
    made(Role::Inventory, "2.1.0", "inventory: answer what is in stock", false),
    made(Role::Checkout, "1.4.2", "checkout: name the currency on receipts", true),
    made(Role::Checkout, "1.5.0", "checkout: new price list", true),
    made(Role::Checkout, "1.5.1", "checkout: new payment gateway", true),
    made(Role::Checkout, "1.5.2", "checkout: rounding of totals", false),
    made(Role::Checkout, "1.5.3", "checkout: search in the cart", true),
    made(Role::Checkout, "1.6.0", "checkout: reprint receipts", true),
    made(Role::Inventory, "2.2.0", "inventory: stock per warehouse", true),
];

/// The last release of a healthy shop.
pub const HEALTHY: &str = "checkout-1.4.2";

/// What a repository begins with.
const README: &[u8] =
    b"# The shop\n\nTakes orders (checkout) and knows what is in stock (inventory).\n";

/// Fills the repository up to and including the last release that is named; all of them for `None`. Tags are
/// `checkout-1.5.0`. Answers the commit of each tag.
pub async fn shop(double: &Double, last: Option<&str>) -> Result<Vec<(String, String)>> {
    double.commit("main", "Begin the shop", &[("README.md", Some(README))]).await?;
    let mut tags = Vec::new();
    for release in RELEASES {
        let name = release.name();
        let git = &double.hub.git;
        let sha = if release.by_pull {
            let branch = release.branch();
            release.commit(git, &branch).await?;
            let number = double.pull(release.title, &branch).await?;
            double.merge(number, MergeMethod::Squash).await?
        } else {
            release.commit(git, "main").await?
        };
        double.tag(&name, &sha).await?;
        let done = last == Some(name.as_str());
        tags.push((name, sha));
        if done {
            break;
        }
    }
    Ok(tags)
}

impl Made {
    /// The release of that tag: `checkout-1.5.0`.
    pub fn of(name: &str) -> Result<&'static Self> {
        let release = RELEASES.iter().find(|release| release.name() == name);
        release.with_context(|| format!("the shop has no release {name}"))
    }

    /// The tag.
    pub fn name(&self) -> String {
        format!("{}-{}", self.role.name(), self.tag)
    }

    /// The branch it is made on.
    pub fn branch(&self) -> String {
        format!("release/{}", self.name())
    }

    /// Commits it to a branch.
    pub async fn commit(&self, git: &Git, branch: &str) -> Result<String> {
        let files = self.files();
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), Some(text.as_bytes()))).collect();
        git.commit_files(branch, self.title, &files, &now()).await
    }

    /// Its files, by path. Each change stands alone: none touches what another wrote.
    fn files(&self) -> Vec<(String, String)> {
        let release = Release::of(self.role, self.tag);
        let folder = self.role.name();
        let mut files = vec![
            (format!("{folder}/release.toml"), behaviour(&release)),
            (format!("{folder}/notes/{}.md", self.tag), format!("{}\n", self.title)),
        ];
        if matches!(self.role, Role::Checkout) {
            let prices = format!("{}\n", release.prices.replace(", ", ",\n "));
            files.push((format!("{folder}/prices.json"), prices));
        }
        files
    }
}

/// What a release does differently, as a file. The version isn't in it.
fn behaviour(release: &Release) -> String {
    let mut text = String::from("# What this release does.\n");
    let _ = writeln!(text, "requires = {:?}\n", release.requires.unwrap_or_default());
    let _ = writeln!(text, "index = {:?}\n", release.index.unwrap_or_default());
    let _ = writeln!(text, "receipt_cache = {}\n", release.receipt_cache.unwrap_or(0));
    let _ = writeln!(text, "warehouses = {}\n", release.warehouses.unwrap_or(1));
    let _ = writeln!(text, "stock_query_ms = {}", release.stock_query.as_millis());
    text
}
