//! The shop's repository: a commit for each of its releases, made from what the releases really do.

use std::fmt::Write as _;

use anyhow::Result;

use super::serve::Double;
use super::state::MergeMethod;
use crate::shop::{Release, Role};

/// What brought each release: role, tag, what its author wrote, and whether it came by a pull request.
const RELEASES: &[(Role, &str, &str, bool)] = &[
    (Role::Checkout, "1.4.1", "checkout: take orders", false),
    (Role::Inventory, "2.1.0", "inventory: answer what is in stock", false),
    (Role::Checkout, "1.4.2", "checkout: name the currency on receipts", true),
    (Role::Checkout, "1.5.0", "checkout: new price list", true),
    (Role::Checkout, "1.5.1", "checkout: new payment gateway", true),
    (Role::Checkout, "1.5.2", "checkout: rounding of totals", false),
    (Role::Checkout, "1.5.3", "checkout: search in the cart", true),
    (Role::Checkout, "1.6.0", "checkout: reprint receipts", true),
    (Role::Inventory, "2.2.0", "inventory: stock per warehouse", true),
];

/// Fills the repository up to and including the last release that is named; all of them for `None`. Tags are
/// `checkout-1.5.0`. Answers the commit of each tag.
pub async fn shop(double: &Double, last: Option<&str>) -> Result<Vec<(String, String)>> {
    let readme = b"# The shop\n\nTakes orders (checkout) and knows what is in stock (inventory).\n";
    double.commit("main", "Begin the shop", &[("README.md", Some(readme))]).await?;
    let mut tags = Vec::new();
    for (role, tag, title, by_pull) in RELEASES {
        let name = format!("{}-{tag}", role.name());
        let release = Release::of(*role, tag);
        let behaviour = behaviour(&release);
        let folder = role.name();
        let (at, price_list) = (format!("{folder}/release.toml"), format!("{folder}/prices.json"));
        let prices = format!("{}\n", release.prices.replace(", ", ",\n "));
        let mut files = vec![(at.as_str(), Some(behaviour.as_bytes()))];
        if matches!(role, Role::Checkout) {
            files.push((price_list.as_str(), Some(prices.as_bytes())));
        }
        let sha = if *by_pull {
            let branch = format!("release/{name}");
            double.commit(&branch, title, &files).await?;
            let number = double.pull(title, &branch).await?;
            double.merge(number, MergeMethod::Squash).await?
        } else {
            double.commit("main", title, &files).await?
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

/// What a release does differently, as a file. The version isn't in it: each change stands alone.
fn behaviour(release: &Release) -> String {
    let mut text = String::from("# What this release does.\n");
    let _ = writeln!(text, "requires = {:?}\n", release.requires.unwrap_or_default());
    let _ = writeln!(text, "index = {:?}\n", release.index.unwrap_or_default());
    let _ = writeln!(text, "receipt_cache = {}\n", release.receipt_cache.unwrap_or(0));
    let _ = writeln!(text, "warehouses = {}\n", release.warehouses.unwrap_or(1));
    let _ = writeln!(text, "stock_query_ms = {}", release.stock_query.as_millis());
    text
}
