//! The registry: which images exist, and which release of the shop each one holds.

/// The registry's host name in image names.
pub const REGISTRY: &str = "registry.range.local/shop";

/// Role and tag of every published image.
const PUBLISHED: &[(&str, &str)] = &[
    ("checkout", "1.4.1"),
    ("checkout", "1.4.2"),
    ("checkout", "1.5.0"),
    ("checkout", "1.5.1"),
    ("checkout", "1.5.3"),
    ("checkout", "1.6.0"),
    ("inventory", "2.1.0"),
    ("inventory", "2.2.0"),
];

/// What is inside an image: role and release of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `checkout` or `inventory`.
    pub role: &'static str,
    /// The release.
    pub release: &'static str,
}

/// Looks an image up; `shop/checkout:1.4.2`-like short names are not resolved, as without a default registry.
pub fn find(image: &str) -> Option<Image> {
    let (role, tag) = image.strip_prefix(REGISTRY)?.strip_prefix('/')?.split_once(':')?;
    PUBLISHED
        .iter()
        .find(|(r, t)| *r == role && *t == tag)
        .map(|(role, release)| Image { role, release })
}

/// The digest-like id of an image.
pub fn id(image: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let repository = image.rsplit_once(':').map_or(image, |(repository, _)| repository);
    format!("{repository}@sha256:{}", hex(&Sha256::digest(image.as_bytes())))
}

/// A container id.
pub fn container_id(seed: &str) -> String {
    use sha2::{Digest as _, Sha256};
    format!("process://{}", hex(&Sha256::digest(seed.as_bytes())))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_published_images_exist() {
        assert_eq!(find("registry.range.local/shop/checkout:1.4.2").unwrap().release, "1.4.2");
        for missing in [
            "registry.range.local/shop/checkout:9.9.9",
            "checkout:1.4.2",
            "registry.range.local/shop/checkout",
            "",
        ] {
            assert!(find(missing).is_none(), "{missing}");
        }
    }
}
