//! What a variable holds.

use serde::Serialize;

/// The type of a variable in a template, as seen in the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A number, with or without a sign, a fraction or a unit.
    Number,
    /// Hexadecimal digits, with or without `0x`.
    Hex,
    /// A UUID.
    Uuid,
    /// An IP or MAC address, with or without a port or a prefix length.
    Ip,
    /// A host name, with or without a port.
    Host,
    /// A path of a file or of a URL.
    Path,
    /// A URL with its scheme.
    Url,
    /// An email address.
    Email,
    /// A date, a time of day or both.
    Time,
    /// `true`, `false`, `null`, `nil`.
    Flag,
    /// Letters and digits mixed: a request's, a container's, a block's name.
    Id,
    /// A word that differs from line to line.
    Word,
    /// The rest of a line with more words than the miner looks at.
    Rest,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Number,
        Self::Hex,
        Self::Uuid,
        Self::Ip,
        Self::Host,
        Self::Path,
        Self::Url,
        Self::Email,
        Self::Time,
        Self::Flag,
        Self::Id,
        Self::Word,
        Self::Rest,
    ];

    /// Its bit in a set.
    pub(super) fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The kinds of a set.
    pub(super) fn of(set: u16) -> Vec<Self> {
        Self::ALL.into_iter().filter(|kind| set & kind.bit() != 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_set_gives_back_its_kinds() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.bit()), [kind]);
        }
        assert_eq!(Kind::of(Kind::Ip.bit() | Kind::Word.bit()), [Kind::Ip, Kind::Word]);
    }
}
