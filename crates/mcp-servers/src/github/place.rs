//! Where a list goes on: `next` of one page is `after` of the following.

use std::fmt;
use std::str::FromStr;

use evenkeel_tools::ToolFailure;

use crate::failure::{NOT_NEXT, bad_arguments};

/// A place in a list that GitHub hands out in numbered pages. What comes to a list meanwhile shifts it, so a page may
/// repeat something; `until` or a commit as reference keep it still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Page, from 1.
    pub page: u32,
    /// Entries of that page that were handed out already.
    pub skip: usize,
}

/// GitHub's own limit is far lower for most lists.
const MAX_PAGE: u32 = 100_000;

impl Place {
    /// The beginning.
    pub(super) const START: Self = Self { page: 1, skip: 0 };

    /// Where `after` says, else the beginning.
    pub(super) fn of(after: Option<&str>) -> Result<Self, ToolFailure> {
        after.map_or(Ok(Self::START), str::parse)
    }

    /// The beginning of the following page, if there is one.
    pub(super) fn following(self, more: bool) -> Option<Self> {
        more.then_some(Self { page: self.page + 1, skip: 0 })
    }

    /// The parameter that asks for this page.
    pub(super) fn query(self) -> (&'static str, String) {
        ("page", self.page.to_string())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.skip {
            0 => write!(f, "{}", self.page),
            skip => write!(f, "{}+{skip}", self.page),
        }
    }
}

impl FromStr for Place {
    type Err = ToolFailure;

    fn from_str(text: &str) -> Result<Self, ToolFailure> {
        let (page, skip) = text.split_once('+').unwrap_or((text, "0"));
        let page = page.parse().ok().filter(|page| (1..=MAX_PAGE).contains(page));
        let skip = skip.parse().ok().filter(|skip| *skip <= 100);
        match (page, skip) {
            (Some(page), Some(skip)) => Ok(Self { page, skip }),
            _ => Err(bad_arguments(NOT_NEXT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for place in [Place::START, Place { page: 3, skip: 0 }, Place { page: 2, skip: 41 }] {
            assert_eq!(place.to_string().parse::<Place>().ok(), Some(place));
        }
        for bad in ["", "0", "x", "1+", "1+101", "-1", "1+2+3", "99999999999"] {
            assert!(bad.parse::<Place>().is_err(), "{bad:?}");
        }
    }
}
