//! Pages of lists that a service hands out whole: what is handed on is a part, and says how many entries came before the
//! rest. Such a list is of a moment: what comes and goes in between shifts it.

use evenkeel_tools::ToolFailure;

use crate::failure::{NOT_NEXT, bad_arguments};

/// A part of a list.
pub(crate) struct Part<T> {
    /// The entries.
    pub(crate) entries: Vec<T>,
    /// Where the rest begins, if there is one.
    pub(crate) next: Option<String>,
}

/// How many entries are left out before a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Skip(usize);

impl Skip {
    /// As the `next` of the part before says.
    pub(crate) fn of(after: Option<&str>) -> Result<Self, ToolFailure> {
        let Some(text) = after else { return Ok(Self::default()) };
        let skip = text.parse().ok().filter(|skip: &usize| *skip > 0 && skip.to_string() == text);
        skip.map(Self).ok_or_else(|| bad_arguments(NOT_NEXT))
    }

    /// How many entries there have to be, to know whether there are more than `most` from here on.
    pub(crate) fn and(self, most: usize) -> usize {
        self.0.saturating_add(most).saturating_add(1)
    }

    /// At most `most` entries from here on.
    pub(crate) fn part<T>(self, entries: Vec<T>, most: usize) -> Part<T> {
        let end = self.0.saturating_add(most);
        let next = (entries.len() > end).then(|| end.to_string());
        Part { entries: entries.into_iter().skip(self.0).take(most).collect(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::Skip;

    #[test]
    fn each_entry_is_handed_out_once() {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let found = Skip::of(after.as_deref()).unwrap().part((0..7).collect(), 3);
            all.extend(found.entries);
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6]);
        assert!(Skip::of(Some("9")).unwrap().part(vec![1], 3).entries.is_empty());
        for bad in ["", "0", "-1", "03", "x", "99999999999999999999999"] {
            assert!(Skip::of(Some(bad)).is_err(), "{bad}");
        }
    }
}
